package dev.weft.crdt.handler.map;

import static dev.weft.crdt.handler.Replicas.A;
import static dev.weft.crdt.handler.Replicas.B;
import static dev.weft.crdt.handler.Replicas.C;
import static dev.weft.crdt.handler.Replicas.payloads;
import static dev.weft.crdt.handler.Replicas.replica;
import static dev.weft.crdt.handler.Replicas.state;
import static dev.weft.crdt.handler.Replicas.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.json.DartType;
import org.junit.jupiter.api.Test;

class OrMapHandlerTest {
    private final Document b = replica(B);
    private final Document c = replica(C);
    private final OrMapHandler<String, Long> ofB = new OrMapHandler<>(b, "o", DartType.STRING, DartType.INT);
    private final OrMapHandler<String, Long> ofC = new OrMapHandler<>(c, "o", DartType.STRING, DartType.INT);

    @Test
    void writesTheBytesOfTheSpecificationExceptThatRemovalsAlwaysRemoveAll() {
        Document a = replica(A);
        OrMapHandler<String, Long> map = new OrMapHandler<>(a, "o", DartType.STRING, DartType.INT);
        map.put("x", 7L);
        map.remove("x");
        String prefix = "1d435244544f524d617048616e646c65723c537472696e672c20696e743e016f";
        String tag = "0a00000000004000800000000000000a0200000000000001";
        assertThat(payloads(a)).containsExactly(prefix + "00032278220137" + tag, prefix + "010322782201" + tag + "01");
        map.put("x", 7L);
        assertThat(state(a, "o")).isEqualTo("01032278220137");
    }

    @Test
    void letsThePutWithTheGreatestTagWin() {
        ofC.put("k", 3L);
        ofB.put("k", 2L);
        sync(b, c);
        assertThat(ofB.get("k")).isEqualTo(3L);
        assertThat(ofC.get("k")).isEqualTo(3L);
    }

    @Test
    void bringsBackAnOlderConcurrentPutWhenTheGreatestIsRemoved() {
        ofC.put("k", 3L);
        ofB.put("k", 2L);
        // C removes what it has seen: its own put.
        ofC.remove("k");
        sync(b, c);
        assertThat(ofB.get("k")).isEqualTo(2L);
        assertThat(ofC.get("k")).isEqualTo(2L);
        ofB.remove("k");
        sync(b, c);
        assertThat(ofC.containsKey("k")).isFalse();
    }

    @Test
    void removesWhatASnapshotLeftWithoutTagsElsewhere() {
        ofB.put("k", 2L);
        sync(b, c);
        c.takeSnapshot(true);
        assertThat(ofC.get("k")).isEqualTo(2L);
        ofB.remove("k");
        sync(b, c);
        assertThat(ofC.value()).isEmpty();
    }
}
