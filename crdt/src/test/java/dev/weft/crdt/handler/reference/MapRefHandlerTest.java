package dev.weft.crdt.handler.reference;

import static dev.weft.crdt.handler.Replicas.A;
import static dev.weft.crdt.handler.Replicas.B;
import static dev.weft.crdt.handler.Replicas.hex;
import static dev.weft.crdt.handler.Replicas.payloads;
import static dev.weft.crdt.handler.Replicas.replica;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.map.MapHandler;
import dev.weft.crdt.handler.text.TextHandler;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MapRefHandlerTest {
    private final Document document = replica(A);
    private final MapRefHandler root = new MapRefHandler(document, "r");
    private final TextHandler text = new TextHandler(document, "x");

    @Test
    void writesTheBytesOfTheSpecification() {
        root.setRef("k", text);
        assertThat(payloads(document))
                .containsExactly(
                        "11435244544d617052656648616e646c65720172" + "00016b110f435244545465787448616e646c657278");
        text.insert(0, "h");
        Map<String, byte[]> data = document.takeSnapshot(false).data();
        assertThat(data.keySet()).containsExactly("r", "x", Snapshot.MANIFEST_KEY);
        assertThat(hex(data.get("r"))).isEqualTo("01016b110f435244545465787448616e646c657278");
        assertThat(hex(data.get(Snapshot.MANIFEST_KEY)))
                .isEqualTo("02017211435244544d617052656648616e646c657201780f435244545465787448616e646c6572");
    }

    @Test
    void followsReferencesAndTellsWhoIsARoot() {
        text.insert(0, "hi");
        root.setRef("title", text);
        assertThat(root.resolved()).isEqualTo(Map.of("title", "hi"));
        assertThat(document.roots()).containsOnlyKeys("r");
        assertThat(root.getRefAs("title", TextHandler.class)).isSameAs(text);
        assertThat(root.getRefAs("title", MapHandler.class)).isNull();
        assertThat(root.getRef("missing")).isNull();
    }

    @Test
    void expandsAReferenceToItselfOneLevel() {
        root.setRef("self", root);
        assertThat(root.resolved()).isEqualTo(Map.of("self", Collections.singletonMap("self", null)));
        assertThat(document.roots()).containsOnlyKeys("x");
    }

    @Test
    void showsNullWhereNoHandlerCanBeMade() {
        root.setRef("k", text);
        Document other = replica(B);
        MapRefHandler theirs = new MapRefHandler(other, "r");
        other.importChanges(document.exportChanges());
        assertThat(theirs.resolved()).isEqualTo(Collections.singletonMap("k", null));
        other.registerDefaultFactories();
        assertThat(theirs.resolved()).isEqualTo(Map.of("k", ""));
    }
}
