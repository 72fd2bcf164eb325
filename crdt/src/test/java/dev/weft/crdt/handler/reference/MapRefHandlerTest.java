package dev.weft.crdt.handler.reference;

import static dev.weft.crdt.handler.Replicas.A;
import static dev.weft.crdt.handler.Replicas.B;
import static dev.weft.crdt.handler.Replicas.hex;
import static dev.weft.crdt.handler.Replicas.payloads;
import static dev.weft.crdt.handler.Replicas.replica;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.map.MapHandler;
import dev.weft.crdt.handler.text.TextHandler;
import java.util.Collections;
import java.util.List;
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
    void pointsAtNothingInAnotherDocument() {
        TextHandler foreign = new TextHandler(replica(B), "x");
        ListRefHandler list = new ListRefHandler(document, "q");
        assertThatThrownBy(() -> root.setRef("k", foreign)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> list.insertRef(0, foreign)).isInstanceOf(IllegalArgumentException.class);
        assertThat(document.exportChanges()).isEmpty();
    }

    @Test
    void listsFollowTheirReferencesToo() {
        ListRefHandler list = new ListRefHandler(document, "q");
        MovableListRefHandler movable = new MovableListRefHandler(document, "w");
        text.insert(0, "hi");
        list.insertRef(0, text);
        list.insertRef(1, movable);
        movable.insertRef(0, text);
        movable.insertRef(1, root);
        movable.move(1, 0);
        assertThat(list.resolved()).isEqualTo(List.of("hi", List.of(Map.of(), "hi")));
        assertThat(list.getRefAtAs(0, TextHandler.class)).isSameAs(text);
        assertThat(list.getRefAtAs(1, TextHandler.class)).isNull();
        assertThat(movable.getRefAt(0)).isSameAs(root);
        assertThat(movable.getRefAt(-1)).isNull();
        assertThat(movable.getRefAt(2)).isNull();
        assertThat(document.roots()).containsOnlyKeys("q");
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
