package dev.weft.crdt.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.list.FugueMovableListHandler;
import dev.weft.crdt.handler.map.MapHandler;
import dev.weft.crdt.handler.set.OrSetHandler;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CompactionTest {
    private static final PeerId A = PeerId.parse("0a000000-0000-4000-8000-00000000000a");
    private static final PeerId B = PeerId.parse("0b000000-0000-4000-8000-00000000000b");

    private long wallMillis = 1_000_000;
    private final Document author = document(A);
    private final Document keeper = document(B);

    private Document document(PeerId peer) {
        return new Document(DocumentOptions.builder()
                .peerId(peer)
                .wallClock(() -> wallMillis)
                .build());
    }

    private Compaction plan() {
        keeper.importChanges(author.exportChangesNewerThan(keeper.versionVector()));
        return keeper.planCompaction(Integer.MAX_VALUE);
    }

    @Test
    void whatASnapshotSaysInFullIsReplacedWhole() {
        new TextHandler(author, "t").insert(0, "hello");
        MapHandler<String> map = new MapHandler<>(author, "m", DartType.STRING);
        map.set("a", "1");
        map.set("b", "2");
        map.delete("a");

        Compaction compaction = plan();

        assertThat(compaction.changes()).isEqualTo(4);
        assertThat(compaction.snapshot().versionVector()).isEqualTo(author.versionVector());
        Document joiner = document(B);
        joiner.importSnapshot(compaction.snapshot(), true);
        assertThat(new TextHandler(joiner, "t").value()).isEqualTo("hello");
        assertThat(new MapHandler<>(joiner, "m", DartType.STRING).value()).isEqualTo(Map.of("b", "2"));
        assertThat(keeper.lastSnapshot()).as("planning changes nothing").isNull();
        assertThat(keeper.history().size()).isEqualTo(4);
    }

    @Test
    void textThatWasOnlyAppendedToIsReplacedAndAnyOtherIsNot() {
        FugueTextHandler text = new FugueTextHandler(author, "t");
        text.insert(0, "ab");
        text.insert(2, "cd");
        assertThat(plan().changes()).isEqualTo(2);

        text.insert(1, "x");
        text.insert(5, "e");
        assertThat(plan())
                .as("a place between two others is more than the snapshot tells")
                .isNull();
    }

    @Test
    void textWithTombstonesIsKept() {
        FugueTextHandler text = new FugueTextHandler(author, "t");
        text.insert(0, "abc");
        text.delete(2, 1);
        assertThat(plan()).isNull();
    }

    @Test
    void whatWasMovedIsKeptAndWhatWasOnlyAddedIsNot() {
        FugueMovableListHandler<String> list = new FugueMovableListHandler<>(author, "l", DartType.STRING);
        list.insertAll(0, List.of("a", "b"));
        list.update(0, "A");
        assertThat(plan().changes()).isEqualTo(2);
        list.move(0, 1);
        assertThat(plan()).isNull();
    }

    @Test
    void tagsOfWhatIsPresentAreKept() {
        OrSetHandler<String> set = new OrSetHandler<>(author, "s", DartType.STRING);
        set.add("a");
        assertThat(plan()).isNull();
        set.remove("a");
        assertThat(plan().changes()).isEqualTo(2);
    }

    @Test
    void endsBeforeTheFirstChangeOfWhatHasToBeKept() {
        MapHandler<String> map = new MapHandler<>(author, "m", DartType.STRING);
        map.set("a", "1");
        map.set("b", "2");
        new OrSetHandler<>(author, "s", DartType.STRING).add("a");
        map.set("c", "3");

        Compaction compaction = plan();

        assertThat(compaction.changes()).isEqualTo(2);
        assertThat(compaction.snapshot().versionVector()).isNotEqualTo(author.versionVector());
        Document joiner = document(B);
        List<Change> history = keeper.exportChanges();
        joiner.importState(compaction.snapshot(), history.subList(2, 4), false, true);
        assertThat(new OrSetHandler<>(joiner, "s", DartType.STRING).value()).containsExactly("a");
        assertThat(new MapHandler<>(joiner, "m", DartType.STRING).value()).hasSize(3);
    }

    @Test
    void unknownTypesAreNeverPartOfIt() {
        MapHandler<String> map = new MapHandler<>(author, "m", DartType.STRING);
        map.set("a", "1");
        Change strange = Change.of(
                new OperationId(B, HybridTimestamp.of(wallMillis + 5, 0)),
                author.frontiers(),
                Envelope.encode("Drawing", "d", 0, new byte[] {1, 2, 3}));
        author.importChanges(List.of(strange));
        map.set("b", "2");
        assertThat(plan().changes()).isEqualTo(1);

        Document onlyStrange = document(A);
        onlyStrange.importChanges(List.of(Change.of(
                new OperationId(B, HybridTimestamp.of(5, 0)),
                List.of(),
                Envelope.encode("Drawing", "d", 0, new byte[] {1, 2, 3}))));
        assertThat(onlyStrange.planCompaction(Integer.MAX_VALUE)).isNull();
    }

    @Test
    void oneIdWithTwoTypesIsKept() {
        new TextHandler(author, "x").insert(0, "a");
        Document other = document(B);
        new MapHandler<>(other, "x", DartType.STRING).set("k", "v");
        keeper.importChanges(other.exportChanges());
        assertThat(plan()).isNull();
    }

    @Test
    void operationsOfAnUnknownKindAreKept() {
        author.importChanges(List.of(Change.of(
                new OperationId(B, HybridTimestamp.of(5, 0)),
                List.of(),
                Envelope.encode("CRDTTextHandler", "t", 9, new byte[] {1, 2, 3}))));
        assertThat(plan()).isNull();
    }

    @Test
    void nothingBehindItIsAsOldAsWhatItCovers() {
        MapHandler<String> map = new MapHandler<>(author, "m", DartType.STRING);
        map.set("a", "1");
        wallMillis += 100;
        map.set("b", "2");
        wallMillis -= 50;
        Document slow = document(B);
        // Arrives last, and is older than what arrived before.
        new MapHandler<>(slow, "m", DartType.STRING).set("c", "3");
        keeper.importChanges(author.exportChanges());
        keeper.importChanges(slow.exportChanges());

        assertThat(keeper.planCompaction(2).changes()).isEqualTo(1);
        assertThat(keeper.planCompaction(3).changes()).isEqualTo(3);
    }

    @Test
    void aSnapshotIsReplacedByALaterOne() {
        MapHandler<String> map = new MapHandler<>(author, "m", DartType.STRING);
        map.set("a", "1");
        Compaction first = plan();
        Document next = document(B);
        next.importSnapshot(first.snapshot(), true);
        map.set("b", "2");
        next.importChanges(author.exportChangesNewerThan(next.versionVector()));

        Compaction second = next.planCompaction(Integer.MAX_VALUE);

        assertThat(second.changes()).isEqualTo(1);
        Document joiner = document(B);
        joiner.importSnapshot(second.snapshot(), true);
        assertThat(new MapHandler<>(joiner, "m", DartType.STRING).value()).isEqualTo(Map.of("a", "1", "b", "2"));
    }
}
