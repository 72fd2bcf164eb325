package dev.weft.crdt.handler.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.Replicas;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.id.PeerId;
import java.util.List;
import org.junit.jupiter.api.Test;

class FugueMovableListHandlerTest {
    private static final PeerId A = PeerId.parse("0a000000-0000-4000-8000-00000000000a");
    private static final PeerId B = PeerId.parse("0b000000-0000-4000-8000-00000000000b");

    private final Document document = new Document(A);
    private final FugueMovableListHandler<String> list = list(document);
    private final Document otherDocument = new Document(B);
    private final FugueMovableListHandler<String> other = list(otherDocument);

    private static FugueMovableListHandler<String> list(Document document) {
        return new FugueMovableListHandler<>(document, "v", DartType.STRING);
    }

    private void exchange() {
        document.importChanges(otherDocument.exportChanges());
        otherDocument.importChanges(document.exportChanges());
        assertThat(list.value()).isEqualTo(other.value());
    }

    @Test
    void movesReplacesAndDeletes() {
        list.insertAll(0, List.of("a", "b"));
        list.move(1, 0);
        assertThat(list.value()).containsExactly("b", "a");
        list.update(0, "B");
        list.delete(1);
        assertThat(list.value()).containsExactly("B");
        assertThat(list.get(0)).isEqualTo("B");
    }

    @Test
    void keepsOneCopyOfAnElementMovedByTwo() {
        list.insertAll(0, List.of("a", "b", "c"));
        exchange();
        list.move(0, 2);
        other.move(0, 1);
        exchange();
        assertThat(list.value()).hasSize(3).containsOnlyOnce("a");
    }

    @Test
    void keepsOneValueOfAnElementReplacedByTwo() {
        list.insert(0, "a");
        exchange();
        list.update(0, "mine");
        other.update(0, "theirs");
        exchange();
        assertThat(list.value()).hasSize(1);
    }

    // The opposite of maps and registers: there the greater author wins (spec crdt E20).
    @Test
    void letsTheLowerAuthorWinATieOfStamps() {
        Document source = Replicas.replica(Replicas.A);
        list(source).insertAll(0, List.of("x", "y"));
        Document b = Replicas.replica(Replicas.B);
        Document c = Replicas.replica(Replicas.C);
        FugueMovableListHandler<String> ofB = list(b);
        FugueMovableListHandler<String> ofC = list(c);
        b.importChanges(source.exportChanges());
        c.importChanges(source.exportChanges());
        assertThat(b.clock()).isEqualTo(c.clock());
        ofC.update(0, "C");
        ofB.update(0, "B");
        Replicas.sync(b, c);
        assertThat(ofB.value()).containsExactly("B", "y").isEqualTo(ofC.value());
        b.invalidateCaches();
        c.invalidateCaches();
        assertThat(ofB.value()).containsExactly("B", "y").isEqualTo(ofC.value());
    }

    @Test
    void deletesForGood() {
        list.insertAll(0, List.of("a", "b"));
        exchange();
        list.delete(0);
        other.move(0, 1);
        other.update(1, "A");
        exchange();
        assertThat(list.value()).containsExactly("b");
    }

    // The reference stamps both with the clock of the transaction's start and ignores the second.
    @Test
    void keepsTheLastOfSeveralWritesInOneTransaction() {
        document.runInTransaction(() -> {
            list.insert(0, "a");
            list.update(0, "b");
            list.update(0, "c");
        });
        assertThat(list.value()).containsExactly("c");
        exchange();
        assertThat(other.value()).containsExactly("c");
    }

    @Test
    void keepsStampsInSnapshots() {
        list.insertAll(0, List.of("a", "b"));
        exchange();
        other.update(0, "old");
        list.update(0, "newer");
        list.update(0, "newest");
        Snapshot snapshot = document.takeSnapshot(true);
        Document late = new Document(PeerId.parse("0c000000-0000-4000-8000-00000000000c"));
        FugueMovableListHandler<String> seeded = list(late);
        late.importSnapshot(snapshot, true);
        late.importChanges(otherDocument.exportChanges());
        document.importChanges(otherDocument.exportChanges());
        assertThat(seeded.value()).isEqualTo(list.value()).containsExactly("newest", "b");
    }

    @Test
    void ignoresWhatIsOutsideAndRefusesInsertsThere() {
        list.insertAll(0, List.of("a", "b"));
        list.move(5, 0);
        list.update(2, "x");
        list.delete(2);
        list.delete(0, 0);
        assertThat(document.exportChanges()).hasSize(1);
        list.move(0, -5);
        list.move(0, 99);
        assertThat(list.value()).containsExactly("b", "a");
        assertThatThrownBy(() -> list.insert(3, "x")).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> list.insert(-1, "x")).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
