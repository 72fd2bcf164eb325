package dev.weft.crdt.handler.list;

import static dev.weft.crdt.handler.Replicas.A;
import static dev.weft.crdt.handler.Replicas.B;
import static dev.weft.crdt.handler.Replicas.bytes;
import static dev.weft.crdt.handler.Replicas.inject;
import static dev.weft.crdt.handler.Replicas.payloads;
import static dev.weft.crdt.handler.Replicas.replica;
import static dev.weft.crdt.handler.Replicas.state;
import static dev.weft.crdt.handler.Replicas.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.version.VersionVector;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ListHandlerTest {
    private static final String TAG = "CRDTListHandler<String>";
    private static final String PREFIX = "17435244544c69737448616e646c65723c537472696e673e016c";

    private final Document document = replica(A);
    private final ListHandler<String> list = new ListHandler<>(document, "l", DartType.STRING);

    @Test
    void writesTheBytesOfTheSpecification() {
        list.insert(0, "a");
        list.update(0, "b");
        list.insert(1, "c");
        list.delete(0, 1);
        assertThat(payloads(document))
                .containsExactly(
                        PREFIX + "000003226122", PREFIX + "020003226222", PREFIX + "000103226322", PREFIX + "010001");
        assertThat(state(document, "l")).isEqualTo("0103226322");
    }

    @Test
    void appendsPastTheEndAndIgnoresWhatIsNotThere() {
        list.insert(9, "a");
        list.update(5, "x");
        list.delete(7, 1);
        list.delete(0, 0);
        assertThat(list.value()).containsExactly("a");
        list.delete(0, 99);
        assertThat(list.value()).isEmpty();
    }

    @Test
    void refusesNegativeNumbersAndValuesWithoutAnEncodingWithoutATrace() {
        assertThatThrownBy(() -> list.insert(-1, "a")).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> list.delete(0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> list.insert(0, null)).isInstanceOf(IllegalArgumentException.class);
        assertThat(document.isEmpty()).isTrue();
        list.insert(0, "a");
        assertThat(list.value()).containsExactly("a");
    }

    @Test
    void clampsTheLargestIndexesAndCounts() {
        list.insert(0, "a");
        list.insert(1, "b");
        inject(document, TAG, "l", 0, 1, "ffffffffffffffff7f 03 22 7a 22");
        assertThat(list.value()).containsExactly("a", "b", "z");
        inject(document, TAG, "l", 1, 2, "ffffffffffffffff7f ffffffffffffffff7f");
        inject(document, TAG, "l", 2, 3, "ffffffffffffffff7f 03 22 7a 22");
        assertThat(list.value()).containsExactly("a", "b", "z");
        inject(document, TAG, "l", 1, 4, "01 ffffffffffffffff7f");
        assertThat(list.value()).containsExactly("a");
    }

    @Test
    void skipsAnOperationItCannotReadAndNothingElse() {
        list.insert(0, "a");
        inject(document, TAG, "l", 0, 1, "00 01 7b");
        inject(document, TAG, "l", 0, 2, "00 09 22");
        inject(document, TAG, "l", 0, 3, "00 01 31");
        inject(document, TAG, "l", 77, 4, "00");
        assertThat(list.value()).containsExactly("a");
        document.invalidateCaches();
        assertThat(list.value()).containsExactly("a");
    }

    @Test
    void readsASnapshotAroundAValueItCannotRead() {
        byte[] blob = bytes("03 03226122 0131 03226222");
        document.importSnapshot(Snapshot.of(VersionVector.EMPTY, Map.of("l", blob)), true);
        assertThat(list.value()).containsExactly("a", "b");
    }

    @Test
    void mergesDeletionsAndUpdatesOfATransaction() {
        for (String item : List.of("a", "b", "c", "d", "e")) {
            list.insert(list.length(), item);
        }
        document.runInTransaction(() -> {
            list.delete(3, 1);
            list.delete(2, 1);
            list.delete(2, 1);
            list.update(0, "x");
            list.update(0, "y");
        });
        assertThat(document.exportChanges()).hasSize(7);
        assertThat(list.value()).containsExactly("y", "b");
    }

    @Test
    void ordersConcurrentInsertsByAuthor() {
        Document other = replica(B);
        ListHandler<String> theirs = new ListHandler<>(other, "l", DartType.STRING);
        list.insert(0, "a");
        theirs.insert(0, "b");
        sync(document, other);
        assertThat(list.value()).containsExactly("b", "a").isEqualTo(theirs.value());
        assertThat(document.takeSnapshot(false).id())
                .isEqualTo("7a121bb85fc7432099b79a2507a9101daf2e5e9bcb23470a1cd33a9498cd25e3");
    }
}
