package dev.weft.crdt.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.Vectors;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.ChangeStore;
import dev.weft.crdt.change.HandlerName;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.HandlerTags;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A document in which nobody ever creates a handler, as on a server: its snapshots hold, byte for byte, what the
 * reference's do, and whoever starts from one sees the recorded values.
 */
class HeadlessVectorsTest {
    private static final PeerId RELAY = PeerId.parse("00000000-0000-4000-8000-00000000000e");

    static List<String> scenarios() {
        return Vectors.list("merge", ".json.gz");
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void foldsWhatItCannotRead(String file) {
        JsonNode scenario = Vectors.read(file);
        if (scenario.get("kind").textValue().equals("convergence")) {
            fromHistory(scenario);
        } else {
            fromSnapshot(scenario);
        }
        Vectors.ran(file + " without handlers", 1);
    }

    private static void fromHistory(JsonNode scenario) {
        Document relay = relay(scenario);
        relay.importChanges(changes(scenario.get("changes")));
        Map<String, HandlerName> edited = names(relay.history());
        Snapshot snapshot = relay.takeSnapshot(true);

        assertThat(relay.exportChanges()).isEmpty();
        JsonNode expected = scenario.get("expected");
        assertThat(snapshot.id()).isEqualTo(expected.get("snapshotId").textValue());
        expected.get("snapshotStates").properties().forEach(state -> {
            HandlerName name = edited.get(state.getKey());
            if (name != null) {
                assertThat(States.hex(name.type(), snapshot.data().get(name.id())))
                        .as(name.toString())
                        .isEqualTo(States.hex(name.type(), Vectors.base64(state.getValue())));
            }
        });
    }

    /* The relay prunes after every batch, so each fold begins at the blobs of the one before. */
    private static void fromSnapshot(JsonNode scenario) {
        Document relay = relay(scenario);
        Document whole = relay(scenario);
        Snapshot start = Snapshot.decode(Vectors.base64(scenario.get("snapshot")));
        relay.importSnapshot(start, true);
        whole.importSnapshot(start, true);
        List<Change> later = changes(scenario.get("laterChanges"));
        List<Change> inOrder = new ArrayList<>();
        scenario.get("laterOrder").forEach(index -> inOrder.add(later.get(index.intValue())));
        whole.importChanges(inOrder);
        Map<String, HandlerName> edited = names(whole.history());
        Snapshot expected = whole.takeSnapshot(true);
        assertThat(whole.exportChanges()).isEmpty();

        relay.importChanges(inOrder);
        relay.takeSnapshot(VersionVector.EMPTY, true);
        Snapshot actual = relay.takeSnapshot(true);
        edited.values().forEach(name -> assertThat(
                        States.hex(name.type(), actual.data().get(name.id())))
                .as(name.toString())
                .isEqualTo(States.hex(name.type(), expected.data().get(name.id()))));
        assertThat(actual.versionVector()).isEqualTo(expected.versionVector());
        start.data().keySet().forEach(id -> assertThat(actual.data()).containsKey(id));
    }

    private static Document relay(JsonNode scenario) {
        DocumentOptions.Builder options = DocumentOptions.builder().peerId(RELAY);
        for (JsonNode handler : scenario.get("handlers")) {
            String tag = handler.path("handlerType").asText(handler.get("type").textValue());
            options.knownType(tag, HandlerTags.baseOf(handler.get("type").textValue()));
        }
        return new Document(options.build());
    }

    private static Map<String, HandlerName> names(ChangeStore history) {
        return history.handlers().stream().collect(Collectors.toMap(HandlerName::id, name -> name));
    }

    private static List<Change> changes(JsonNode encoded) {
        List<Change> changes = new ArrayList<>();
        encoded.forEach(change -> changes.add(Change.decode(Vectors.base64(change))));
        return changes;
    }
}
