package dev.weft.crdt.handler.set;

import static dev.weft.crdt.handler.Replicas.A;
import static dev.weft.crdt.handler.Replicas.B;
import static dev.weft.crdt.handler.Replicas.payloads;
import static dev.weft.crdt.handler.Replicas.replica;
import static dev.weft.crdt.handler.Replicas.state;
import static dev.weft.crdt.handler.Replicas.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.ValueCodec;
import dev.weft.crdt.handler.json.DartType;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrSetHandlerTest {
    private static final String PREFIX = "18435244544f5253657448616e646c65723c537472696e673e0173";
    private static final String TAG = "0a00000000004000800000000000000a02000000000000";

    private final Document a = replica(A);
    private final Document b = replica(B);
    private final OrSetHandler<String> ofA = new OrSetHandler<>(a, "s", DartType.STRING);
    private final OrSetHandler<String> ofB = new OrSetHandler<>(b, "s", DartType.STRING);

    @Test
    void writesTheBytesOfTheSpecificationExceptThatRemovalsAlwaysRemoveAll() {
        ofA.add("x");
        ofA.remove("x");
        ofA.remove("q");
        ofA.add("y");
        assertThat(payloads(a))
                .containsExactly(
                        PREFIX + "0003227822" + TAG + "01",
                        PREFIX + "010322782201" + TAG + "01" + "01",
                        PREFIX + "010322712200" + "01",
                        PREFIX + "0003227922" + TAG + "08");
        assertThat(state(a, "s")).isEqualTo("0103227922");
        assertThat(a.clock().counter()).isEqualTo(10);
    }

    @Test
    void letsAnAddWinOverARemovalThatHadNotSeenIt() {
        ofA.add("x");
        sync(a, b);
        ofA.remove("x");
        ofB.add("x");
        sync(a, b);
        assertThat(ofA.value()).containsExactly("x");
        assertThat(ofB.value()).containsExactly("x");
        ofB.remove("x");
        sync(a, b);
        assertThat(ofA.value()).isEmpty();
    }

    // The reference would leave x on the replica that forgot its tags (spec crdt W15).
    @Test
    void removesWhatASnapshotLeftWithoutTagsElsewhere() {
        ofA.add("x");
        sync(a, b);
        b.takeSnapshot(true);
        ofA.remove("x");
        sync(a, b);
        assertThat(ofA.value()).isEmpty();
        assertThat(ofB.value()).isEmpty();
    }

    @Test
    void keepsWhatWasAddedAgainAfterASnapshot() {
        ofA.add("x");
        sync(a, b);
        b.takeSnapshot(true);
        ofB.add("x");
        ofA.remove("x");
        sync(a, b);
        assertThat(ofA.value()).containsExactly("x");
        assertThat(ofB.value()).containsExactly("x");
    }

    @Test
    void takesOneAndOnePointZeroForOneElementAsDartDoes() {
        OrSetHandler<Object> numbers = new OrSetHandler<>(a, "n", DartType.DYNAMIC);
        numbers.add(1L);
        numbers.add(1.0);
        numbers.add("1");
        assertThat(numbers.value()).containsExactly(1L, "1");
        numbers.remove(1.0);
        assertThat(numbers.value()).containsExactly("1");
    }

    @Test
    void takesEqualListsForOneElement() {
        OrSetHandler<Object> lists = new OrSetHandler<>(a, "n", DartType.DYNAMIC);
        lists.add(List.of(1L));
        lists.add(List.of(1L));
        assertThat(lists.value()).hasSize(1);
        lists.remove(List.of(1L));
        assertThat(lists.value()).isEmpty();
    }

    @Test
    void takesEqualBytesForOneElement() {
        OrSetHandler<byte[]> bytes = new OrSetHandler<>(a, "n", "CRDTORSetHandler<Uint8List>", ValueCodec.RAW);
        bytes.add(new byte[] {1, 2});
        bytes.add(new byte[] {1, 2});
        assertThat(bytes.size()).isOne();
        assertThat(bytes.contains(new byte[] {1, 2})).isTrue();
        assertThat(bytes.value()).hasSize(1);
        bytes.remove(new byte[] {1, 2});
        assertThat(bytes.value()).isEmpty();
    }

    @Test
    void seesItsOwnPendingAddsInATransaction() {
        a.runInTransaction(() -> {
            ofA.add("x");
            assertThat(ofA.contains("x")).isTrue();
            ofA.remove("x");
        });
        sync(a, b);
        assertThat(ofA.value()).isEmpty();
        assertThat(ofB.value()).isEmpty();
    }

    @Test
    void doesNotMakeEveryRemovalLongerThanTheOneBefore() {
        for (int i = 0; i < 1000; i++) {
            ofA.add("x");
            ofA.remove("x");
        }
        int longest = a.exportChanges().stream()
                .mapToInt(change -> change.payloadLength())
                .max()
                .orElseThrow();
        assertThat(longest).isLessThan((ObservedRemove.TAGS_REMEMBERED_MAX + 4) * 24);
        ofA.add("x");
        sync(a, b);
        ofB.remove("x");
        sync(a, b);
        assertThat(ofA.value()).isEmpty();
    }
}
