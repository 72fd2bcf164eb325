package dev.weft.crdt.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.map.MapHandler;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SnapshotTest {
    private static final PeerId A = PeerId.parse("0a000000-0000-4000-8000-00000000000a");
    private static final PeerId B = PeerId.parse("0b000000-0000-4000-8000-00000000000b");
    private static final String MAP_TYPE = "CRDTMapHandler<String>";

    private final Document author = document(A);
    private final TextHandler text = new TextHandler(author, "t");
    private final MapHandler<String> map = new MapHandler<>(author, "m", MAP_TYPE, DartType.STRING.codec());

    @Test
    void aDocumentWithoutHandlersKeepsAllDataWhenItCompresses() {
        text.insert(0, "hello");
        map.set("k", "v");
        Document relay = document(B);
        relay.importChanges(author.exportChanges());
        Snapshot headless = relay.takeSnapshot(true);

        assertThat(relay.exportChanges()).isEmpty();
        Snapshot own = author.takeSnapshot(false);
        assertThat(headless.id()).isEqualTo(own.id());
        own.data().forEach((id, blob) -> assertThat(headless.data().get(id)).isEqualTo(blob));

        // The types are only in the manifest now; the next operation must still find the folded text.
        text.insert(5, "!");
        relay.importChanges(author.exportChangesNewerThan(relay.versionVector()));
        Document reader = document(B);
        reader.importSnapshot(relay.takeSnapshot(true), true);
        assertThat(new TextHandler(reader, "t").value()).isEqualTo("hello!");
        assertThat(new MapHandler<>(reader, "m", MAP_TYPE, DartType.STRING.codec()).value())
                .isEqualTo(Map.of("k", "v"));
    }

    @Test
    void changesOfUnknownTypesAreNeverPrunedAndNeverCovered() {
        text.insert(0, "a");
        Change strange = Change.of(
                new OperationId(B, HybridTimestamp.of(5, 0)),
                author.frontiers(),
                Envelope.encode("Drawing", "d", 0, new byte[] {1, 2, 3}));
        author.importChanges(List.of(strange));
        text.insert(1, "b");

        Snapshot snapshot = author.takeSnapshot(true);
        // The second insert depends on the strange change, so it stays as well.
        assertThat(author.exportChanges()).hasSize(2).contains(strange);
        assertThat(snapshot.versionVector().covers(strange.id())).isFalse();
        assertThat(text.value()).isEqualTo("ab");
        assertThat(author.versionVector().covers(strange.id())).isTrue();

        Document reader = document(B);
        assertThat(reader.importState(snapshot, author.exportChanges(), false, true))
                .isEqualTo(2);
        assertThat(new TextHandler(reader, "t").value()).isEqualTo("ab");
    }

    // A replica of the reference that has no object for a handler leaves it out, and yet claims to cover its changes
    // (W9).
    @Test
    void whatASnapshotOfOthersSaysNothingAboutIsNotPruned() {
        text.insert(0, "a");
        map.set("k", "v");
        Change ofMap = author.exportChanges().get(1);
        Snapshot withoutMap = Snapshot.of(
                author.versionVector(),
                Map.of("t", author.snapshotForOthers().data().get("t")));

        assertThat(author.importSnapshot(withoutMap, true)).isTrue();
        author.garbageCollect(author.versionVector());
        assertThat(author.exportChanges()).containsExactly(ofMap);
        assertThat(text.value()).isEqualTo("a");
    }

    @Test
    void operationsOfAnotherTypeThanTheHandlersAreKept() {
        text.insert(0, "a");
        Document other = document(B);
        new MapHandler<>(other, "t", MAP_TYPE, DartType.STRING.codec()).set("k", "v");
        author.importChanges(other.exportChanges());
        author.takeSnapshot(true);

        assertThat(author.exportChanges()).containsAll(other.exportChanges());
        Document reader = document(B);
        reader.importState(author.lastSnapshot(), author.exportChanges(), false, true);
        assertThat(text.value()).isEqualTo("a");
    }

    @Test
    void reachesNoFurtherThanItsLimit() {
        text.insert(0, "a");
        VersionVector stable = author.versionVector();
        text.insert(1, "b");
        Snapshot snapshot = author.takeSnapshot(stable, true);

        assertThat(snapshot.versionVector()).isEqualTo(stable);
        assertThat(snapshot.data().get("t")).containsExactly('a');
        assertThat(author.exportChanges()).hasSize(1);
        assertThat(text.value()).isEqualTo("ab");
    }

    // The reference forgets an author as soon as one of its changes is pruned, and then folds the rest twice (W4).
    @Test
    void theVectorNeverGoesBackByPruning() {
        text.insert(0, "a");
        Snapshot first = author.takeSnapshot(false);
        text.insert(1, "b");
        VersionVector before = author.versionVector();
        author.garbageCollect(first.versionVector());
        assertThat(author.versionVector()).isEqualTo(before);

        Snapshot second = author.takeSnapshot(true);
        assertThat(second.versionVector()).isEqualTo(before);
        assertThat(text.value()).isEqualTo("ab");
    }

    @Test
    void survivorsKeepTheirBytes() {
        text.insert(0, "a");
        text.insert(1, "b");
        List<Change> all = author.exportChanges();
        author.takeSnapshot(false);
        author.garbageCollect(VersionVector.builder().update(all.get(0).id()).build());
        assertThat(author.exportChanges()).containsExactly(all.get(1));
    }

    @Test
    void isRefusedInsideATransaction() {
        author.runInTransaction(() -> {
            text.insert(0, "x");
            assertThatThrownBy(() -> author.takeSnapshot(false)).isInstanceOf(IllegalStateException.class);
        });
        assertThat(text.value()).isEqualTo("x");
    }

    @Test
    void aDamagedBlobIsCarriedAndReadAsEmpty() {
        text.insert(0, "a");
        VersionVector vector = author.versionVector();
        Document reader = document(B);
        MapHandler<String> broken = new MapHandler<>(reader, "m", MAP_TYPE, DartType.STRING.codec());
        byte[] damaged = {9, 9, 9};
        reader.importSnapshot(Snapshot.of(vector, Map.of("m", damaged)), true);
        broken.set("k", "v");
        assertThat(broken.value()).isEqualTo(Map.of("k", "v"));

        Snapshot next = reader.takeSnapshot(true);
        assertThat(next.data().get("m")).isEqualTo(damaged);
        assertThat(reader.exportChanges()).hasSize(1);
        assertThat(broken.value()).isEqualTo(Map.of("k", "v"));
    }

    @Test
    void editsGoOnAfterEverythingWasPruned() {
        text.insert(0, "a");
        author.takeSnapshot(true);
        text.insert(1, "b");
        assertThat(author.exportChanges().get(0).dependencies()).isEmpty();

        Document reader = document(B);
        reader.importState(author.lastSnapshot(), author.exportChanges(), false, true);
        assertThat(new TextHandler(reader, "t").value()).isEqualTo("ab");
    }

    private static Document document(PeerId peer) {
        return new Document(
                DocumentOptions.builder().peerId(peer).wallClock(() -> 1000).build());
    }
}
