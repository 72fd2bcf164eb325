package dev.weft.crdt.handler.map;

import static dev.weft.crdt.handler.Replicas.A;
import static dev.weft.crdt.handler.Replicas.B;
import static dev.weft.crdt.handler.Replicas.C;
import static dev.weft.crdt.handler.Replicas.payloads;
import static dev.weft.crdt.handler.Replicas.replica;
import static dev.weft.crdt.handler.Replicas.state;
import static dev.weft.crdt.handler.Replicas.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.json.DartType;
import org.junit.jupiter.api.Test;

class MapHandlerTest {
    private static final String PREFIX = "13435244544d617048616e646c65723c696e743e016d";

    private final Document document = replica(A);
    private final MapHandler<Long> map = new MapHandler<>(document, "m", DartType.INT);

    @Test
    void writesTheBytesOfTheSpecification() {
        map.set("k", 1L);
        map.update("k", 2L);
        map.set("z", 3L);
        map.delete("k");
        assertThat(payloads(document))
                .containsExactly(
                        PREFIX + "00016b0131", PREFIX + "02016b0132", PREFIX + "00017a0133", PREFIX + "01016b");
        assertThat(state(document, "m")).isEqualTo("01017a0133");
    }

    @Test
    void updatesOnlyWhatIsPresent() {
        map.update("k", 1L);
        assertThat(map.containsKey("k")).isFalse();
        map.set("k", 1L);
        map.update("k", 2L);
        assertThat(map.get("k")).isEqualTo(2L);
    }

    @Test
    void keepsTheOrderInWhichKeysBecamePresent() {
        map.set("b", 1L);
        map.set("a", 2L);
        map.set("b", 3L);
        assertThat(map.value().keySet()).containsExactly("b", "a");
        map.delete("b");
        map.set("b", 4L);
        assertThat(map.value().keySet()).containsExactly("a", "b");
    }

    @Test
    void refusesKeysOtherPeersWouldReadDifferently() {
        assertThatIllegalArgumentException().isThrownBy(() -> map.set("\ud83d", 1L));
        assertThatIllegalArgumentException().isThrownBy(() -> map.delete("\ufeffk"));
        assertThat(document.isEmpty()).isTrue();
    }

    @Test
    void letsTheGreaterAuthorWinATie() {
        Document b = replica(B);
        Document c = replica(C);
        MapHandler<Long> ofB = new MapHandler<>(b, "m", DartType.INT);
        MapHandler<Long> ofC = new MapHandler<>(c, "m", DartType.INT);
        ofC.set("k", 3L);
        ofB.set("k", 2L);
        sync(b, c);
        assertThat(ofB.get("k")).isEqualTo(3L);
        assertThat(ofC.get("k")).isEqualTo(3L);
    }

    // A snapshot keeps no stamps, so an older write that arrives later wins over it. Why snapshots wait for stability.
    @Test
    void losesTheOrderOfWritesAcrossASnapshot() {
        Document b = replica(B);
        MapHandler<Long> ofB = new MapHandler<>(b, "m", DartType.INT);
        map.set("k", 1L);
        ofB.set("j", 0L);
        ofB.set("k", 2L);
        Document full = replica(C);
        MapHandler<Long> ofFull = new MapHandler<>(full, "m", DartType.INT);
        full.importChanges(b.exportChanges());
        full.importChanges(document.exportChanges());
        b.takeSnapshot(true);
        b.importChanges(document.exportChanges());
        assertThat(ofB.get("k")).isEqualTo(1L);
        assertThat(ofFull.get("k")).isEqualTo(2L);
    }
}
