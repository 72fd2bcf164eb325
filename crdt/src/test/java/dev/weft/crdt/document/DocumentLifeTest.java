package dev.weft.crdt.document;

import static dev.weft.crdt.handler.Replicas.A;
import static dev.weft.crdt.handler.Replicas.B;
import static dev.weft.crdt.handler.Replicas.replica;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.change.FramedChanges;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.handler.HandlerRef;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.list.FugueListHandler;
import dev.weft.crdt.handler.list.FugueMovableListHandler;
import dev.weft.crdt.handler.map.MapHandler;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The corners of a document's life that no recorded program walks through. */
class DocumentLifeTest {
    private final Document document = replica(A);
    private final TextHandler text = new TextHandler(document, "t");

    @Test
    void afterItsEndItIsReadAndNothingElse() {
        text.insert(0, "kept");
        Snapshot snapshot = document.takeSnapshot(false);
        List<Change> changes = document.exportChanges();
        byte[] framed = document.binaryExport();
        document.dispose();
        document.dispose();

        Map<String, ThrowingCallable> refused = new LinkedHashMap<>();
        refused.put("register a handler", () -> new TextHandler(document, "other"));
        refused.put("edit", () -> text.insert(0, "x"));
        refused.put("prepareMutation", document::prepareMutation);
        refused.put("transaction", () -> document.runInTransaction(() -> {}));
        refused.put("applyChange", () -> document.applyChange(changes.get(0)));
        refused.put("importChanges", () -> document.importChanges(changes));
        refused.put("binaryImport", () -> document.binaryImport(framed));
        refused.put("importState", () -> document.importState(null, changes, false, false));
        refused.put("importSnapshot", () -> document.importSnapshot(snapshot, true));
        refused.put("mergeSnapshot", () -> document.mergeSnapshot(snapshot, true));
        refused.put("takeSnapshot", () -> document.takeSnapshot(true));
        refused.forEach(
                (what, call) -> assertThatThrownBy(call).as(what).isInstanceOf(DocumentDisposedException.class));

        assertThat(text.value()).isEqualTo("kept");
        assertThat(document.exportChanges()).isEqualTo(changes);
        assertThat(document.versionVector()).isEqualTo(snapshot.versionVector());
        assertThat(document.resolve(new HandlerRef("t", TextHandler.TYPE))).isNull();
        assertThatCode(() -> document.garbageCollect(document.versionVector())).doesNotThrowAnyException();
        assertThat(new TextHandler(document.openHistory(), "t").value()).isEqualTo("kept");
    }

    @Test
    void transactionsWithinOthersEndWithTheOutermostEvenIfOneFails() {
        MapHandler<Long> map = new MapHandler<>(document, "m", DartType.INT);
        int[] updates = {0};
        List<Change> local = new ArrayList<>();
        document.onUpdate(() -> updates[0]++);
        document.onLocalChange(local::add);

        document.runInTransaction(() -> {});
        document.runInTransaction(() -> document.runInTransaction(() -> {}));
        assertThat(updates[0]).isZero();

        document.runInTransaction(() -> {
            text.insert(0, "a");
            assertThatThrownBy(() -> document.runInTransaction(() -> {
                        map.set("k", 1L);
                        throw new IllegalStateException("the inner one");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            text.insert(1, "b");
            assertThat(local).isEmpty();
            assertThat(map.value()).isEqualTo(Map.of("k", 1L));
        });

        // Only neighbours are merged, and the edit of the map lies between the two of the text.
        assertThat(local).extracting(change -> change.envelope().handlerId()).containsExactly("t", "m", "t");
        assertThat(updates[0]).isEqualTo(1);
        assertSameElsewhere();
    }

    @Test
    void aListenerMayEditTheDocumentItHearsOf() {
        MapHandler<Long> lengths = new MapHandler<>(document, "m", DartType.INT);
        document.onUpdate(() -> {
            long length = text.length();
            if (!Long.valueOf(length).equals(lengths.get("length"))) {
                lengths.set("length", length);
            }
        });
        text.insert(0, "abc");
        assertThat(lengths.get("length")).isEqualTo(3);
        document.runInTransaction(() -> text.insert(3, "d"));
        assertThat(lengths.get("length")).isEqualTo(4);
        assertSameElsewhere();
    }

    @Test
    void anEditThatCannotBeEncodedLeavesTheRestOfItsTransactionAlone() {
        MapHandler<Object> map = new MapHandler<>(document, "m", DartType.DYNAMIC);
        document.runInTransaction(() -> {
            text.insert(0, "a");
            assertThatThrownBy(() -> map.set("k", Double.NaN)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> text.insert(-1, "x")).isInstanceOf(IndexOutOfBoundsException.class);
            text.insert(0, "b");
        });
        text.insert(2, "c");
        assertThat(text.value()).isEqualTo("bac");
        assertThat(map.value()).isEmpty();
        assertSameElsewhere();
    }

    // The reference answers 0 and shows the new edits only, or gives element ids out twice (spec crdt W17).
    @Test
    void takesItsOwnHistoryInAfterTheFirstEditOfANewLife() {
        FugueTextHandler fugue = new FugueTextHandler(document, "f");
        FugueMovableListHandler<String> movable = new FugueMovableListHandler<>(document, "v", DartType.STRING);
        fugue.insert(0, "old");
        movable.insertAll(0, List.of("a", "b"));
        List<Change> earlier = document.exportChanges();

        Document again = replica(A);
        FugueTextHandler fugueAgain = new FugueTextHandler(again, "f");
        FugueMovableListHandler<String> movableAgain = new FugueMovableListHandler<>(again, "v", DartType.STRING);
        again.prepareMutation();
        for (int i = 0; i < 10; i++) {
            again.prepareMutation();
        }
        fugueAgain.insert(0, "new");
        movableAgain.insert(0, "c");
        assertThat(again.importChanges(earlier)).isEqualTo(2);
        fugueAgain.insert(0, "!");
        movableAgain.insert(0, "d");

        assertThat(fugueAgain.value()).startsWith("!");
        assertThat(movableAgain.value()).startsWith("d").contains("a", "b");
        Document reader = replica(B);
        reader.importChanges(again.exportChanges());
        assertThat(new FugueTextHandler(reader, "f").value()).isEqualTo(fugueAgain.value());
        assertThat(new FugueMovableListHandler<>(reader, "v", DartType.STRING).value())
                .isEqualTo(movableAgain.value());
        again.invalidateCaches();
        assertThat(new FugueTextHandler(again.openHistory(), "f").value()).isEqualTo(fugueAgain.value());
    }

    @Test
    void historyBeginsWhereItWasPruned() {
        FugueListHandler<String> list = new FugueListHandler<>(document, "l", DartType.STRING);
        list.insert(0, "a");
        list.insert(1, "b");
        document.takeSnapshot(true);
        list.insert(2, "c");
        list.delete(0, 1);

        HistorySession session = document.openHistory();
        FugueListHandler<String> then = new FugueListHandler<>(session, "l", DartType.STRING);
        assertThat(session.length()).isEqualTo(2);
        session.jump(0);
        assertThat(then.value()).containsExactly("a", "b");
        assertThat(session.version().isEmpty()).isTrue();
        session.jump(-1);
        session.previous();
        assertThat(session.cursor()).isZero();
        session.next();
        assertThat(then.value()).containsExactly("a", "b", "c");
        session.jump(3);
        assertThat(session.cursor()).isEqualTo(1);

        // What the document forgets meanwhile is still there.
        list.insert(0, "later");
        document.takeSnapshot(true);
        session.next();
        assertThat(then.value()).containsExactly("b", "c");
        assertThatThrownBy(() -> then.insert(0, "x")).isInstanceOf(ReadOnlyDocumentException.class);
        session.dispose();
        assertThatThrownBy(session::previous).isInstanceOf(IllegalStateException.class);
        assertThat(then.value()).containsExactly("b", "c");
    }

    @Test
    void aTypeNobodyKnowsSurvivesEveryWayOutAndIn() {
        Change drawing = Change.of(
                new OperationId(B, HybridTimestamp.of(7, 0)),
                List.of(),
                Envelope.encode("Drawing", "d", 9, new byte[] {1, 2, 3}));
        text.insert(0, "a");
        document.applyChange(drawing);
        text.insert(1, "b");
        Snapshot snapshot = document.takeSnapshot(true);
        document.garbageCollect(document.versionVector());
        document.garbageCollect(VersionVector.EMPTY);
        byte[] framed = document.binaryExport();
        assertThat(document.binaryExportSince(List.of())).isEqualTo(framed);
        assertThat(FramedChanges.decode(document.binaryExportSince(document.frontiers())))
                .isEmpty();

        Document next = replica(B);
        assertThat(next.importState(Snapshot.decode(snapshot.encode()), FramedChanges.decode(framed), false, true))
                .isPositive();
        next.takeSnapshot(true);
        assertThat(next.importSnapshot(next.lastSnapshot(), true)).isTrue();
        assertThat(next.exportChanges()).contains(drawing);
        assertThat(next.exportChangesNewerThan(snapshot.versionVector())).contains(drawing);
        assertThat(next.handlerTypes()).containsEntry("d", "Drawing");
        assertThat(new TextHandler(next, "t").value()).isEqualTo("ab");
    }

    @Test
    void namesTheTypeOfTheLastChangeOfAnId() {
        document.registerDefaultFactories();
        document.importChanges(List.of(
                edit(1, "Drawing"), edit(2, FugueTextHandler.TYPE), edit(3, "Drawing"), edit(4, TextHandler.TYPE)));
        assertThat(document.handlerTypes()).containsEntry("d", TextHandler.TYPE);
        document.applyChange(edit(5, "Drawing"));
        assertThat(document.handlerTypes()).containsEntry("d", "Drawing");
    }

    private static Change edit(int number, String type) {
        OperationId id = new OperationId(B, HybridTimestamp.of(number, 0));
        return Change.of(id, List.of(), Envelope.encode(type, "d", 9, new byte[0]));
    }

    /** Whoever has the changes, and whoever forgot what it computed, shows the same. */
    private void assertSameElsewhere() {
        Document reader = replica(B);
        reader.importChanges(document.exportChanges());
        document.invalidateCaches();
        assertThat(new TextHandler(reader, "t").value()).isEqualTo(text.value());
    }
}
