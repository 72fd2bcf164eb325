package dev.weft.crdt.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.Vectors;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.SoftAssertions;

/** Runs one recorded script (section 3 of the vectors' README) and compares everything that was recorded. */
final class ScriptRun {
    private final JsonNode script;
    private final SoftAssertions softly;
    private final boolean clocksMayDiffer;
    private final Map<String, Document> peers = new LinkedHashMap<>();
    private final Map<String, List<Change>> emitted = new HashMap<>();
    private final Map<String, Snapshot> snapshots = new HashMap<>();

    /** @param clocksMayDiffer whether we tick where the reference does not: bytes are then compared around clocks */
    ScriptRun(JsonNode script, SoftAssertions softly, boolean clocksMayDiffer) {
        this.script = script;
        this.softly = softly;
        this.clocksMayDiffer = clocksMayDiffer;
    }

    void run() {
        script.get("peers").properties().forEach(peer -> createPeer(peer.getKey(), peer.getValue()));
        int number = 0;
        for (JsonNode step : script.get("steps")) {
            step(step, "step " + number++ + " " + step.get("do").textValue());
        }
        script.get("final").properties().forEach(peer -> finish(peer.getKey(), peer.getValue()));
    }

    /**
     * Brings all peers together and asks whether they show the same, with what they kept in memory and without: what a
     * script must lead to where its record cannot be met.
     */
    void expectAgreement() {
        for (Document one : peers.values()) {
            for (Document other : peers.values()) {
                one.importChanges(other.exportChangesNewerThan(one.versionVector()));
            }
        }
        Map<String, Object> agreed = new HashMap<>();
        peers.values().forEach(peer -> peer.handlers().values().forEach(handler -> {
            Object shown = PlainValues.current(handler);
            assertThat(shown).isEqualTo(agreed.computeIfAbsent(handler.id(), id -> shown));
        }));
        peers.values().forEach(Document::invalidateCaches);
        peers.values().forEach(peer -> peer.handlers().values().forEach(handler -> {
            assertThat(PlainValues.current(handler)).isEqualTo(agreed.get(handler.id()));
        }));
    }

    private void createPeer(String label, JsonNode peer) {
        Document document = new Document(DocumentOptions.builder()
                .peerId(PeerId.parse(peer.get("peerId").textValue()))
                .documentId(script.get("documentId").textValue())
                .initialClock(HybridTimestamp.parse(peer.get("initialClock").textValue()))
                .build());
        if (script.path("defaultFactories").booleanValue()) {
            document.registerDefaultFactories();
        }
        for (JsonNode type : script.path("factories")) {
            document.registerFactory(type.textValue(), VectorHandlers.factory(type.textValue()));
        }
        for (JsonNode handler : script.get("handlers")) {
            if (!handler.has("peers") || contains(handler.get("peers"), label)) {
                VectorHandlers.create(document, handler);
            }
        }
        List<Change> changes = new ArrayList<>();
        document.onLocalChange(changes::add);
        peers.put(label, document);
        emitted.put(label, changes);
    }

    private static boolean contains(JsonNode labels, String label) {
        for (JsonNode candidate : labels) {
            if (candidate.textValue().equals(label)) {
                return true;
            }
        }
        return false;
    }

    private void step(JsonNode step, String name) {
        String label = step.get("peer").textValue();
        Document document = peers.get(label);
        emitted.get(label).clear();
        switch (step.get("do").textValue()) {
            case "call" -> {
                attempt(step, name, () -> call(document, step));
                compareChanges(step, emitted.get(label), name);
            }
            case "transaction" -> {
                List<Object> reads = new ArrayList<>();
                attempt(
                        step,
                        name,
                        () -> document.runInTransaction(() -> transaction(document, step.get("calls"), reads)));
                compareChanges(step, emitted.get(label), name);
                if (step.has("reads")) {
                    List<Object> recorded = new ArrayList<>();
                    step.get("reads").forEach(read -> recorded.add(PlainValues.of(read)));
                    softly.assertThat(reads).as(name + " reads").isEqualTo(recorded);
                }
            }
            case "sync" -> {
                List<Change> lacking =
                        peers.get(step.get("from").textValue()).exportChangesNewerThan(document.versionVector());
                softly.assertThat(document.importChanges(lacking))
                        .as(name + " imported")
                        .isEqualTo(step.get("imported").intValue());
            }
            case "read" -> {}
            case "snapshot" -> snapshot(document, step, name);
            case "importSnapshot" ->
                softly.assertThat(document.importSnapshot(
                                snapshots.get(step.get("name").textValue()),
                                step.get("prune").booleanValue()))
                        .as(name + " applied")
                        .isEqualTo(step.get("applied").booleanValue());
            default -> throw new AssertionError("Unknown step " + step);
        }
        compareValues(document, step, name);
    }

    private void attempt(JsonNode step, String name, Runnable action) {
        JsonNode error = step.get("error");
        RuntimeException thrown = null;
        try {
            action.run();
        } catch (RuntimeException e) {
            thrown = e;
        }
        boolean expected = error != null && !error.isNull();
        if (expected != (thrown != null)) {
            softly.fail("%s: recorded error %s, thrown %s", name, error, thrown);
        }
    }

    private void call(Document document, JsonNode call) {
        Handler<?, ?> handler = handler(document, call.get("handler").textValue());
        VectorHandlers.call(document, handler, call.get("method").textValue(), call.get("args"));
    }

    private void transaction(Document document, JsonNode calls, List<Object> reads) {
        for (JsonNode call : calls) {
            if (call.has("read")) {
                reads.add(PlainValues.current(handler(document, call.get("read").textValue())));
            } else if (call.has("nested")) {
                document.runInTransaction(() -> transaction(document, call.get("nested"), reads));
            } else if (call.has("throw")) {
                throw new IllegalStateException("thrown by the script");
            } else {
                call(document, call);
            }
        }
    }

    private static Handler<?, ?> handler(Document document, String id) {
        Handler<?, ?> handler = document.handlers().get(id);
        assertThat(handler).as("handler " + id).isNotNull();
        return handler;
    }

    private void compareChanges(JsonNode step, List<Change> changes, String name) {
        List<String> recorded = new ArrayList<>();
        List<String> ours = new ArrayList<>();
        for (JsonNode change : step.get("changes")) {
            recorded.add(normal(Change.decode(Vectors.base64(change.get("bytes"))), change.get("bodyHlcRanges")));
        }
        for (int i = 0; i < changes.size(); i++) {
            JsonNode change = step.get("changes").get(i);
            ours.add(normal(changes.get(i), change == null ? null : change.get("bodyHlcRanges")));
        }
        softly.assertThat(ours).as(name + " changes").isEqualTo(recorded);
    }

    /** The change in hex, dependencies sorted, without what {@link Deviations} says may differ in every change. */
    private String normal(Change change, JsonNode clockRanges) {
        Envelope envelope = change.envelope();
        byte[] body = change.bodyOf(envelope).readRemaining();
        if (envelope.kind() == OperationKind.DELETE
                && typeOf(envelope.handlerId()).startsWith("CRDTOR")) {
            Deviations.removeAllAlways(body);
        }
        if (clocksMayDiffer && clockRanges != null) {
            Deviations.blankClocks(body, clockRanges);
        }
        byte[] payload = Envelope.encode(envelope.handlerType(), envelope.handlerId(), envelope.kind(), body);
        if (clocksMayDiffer) {
            return change.author() + " " + change.dependencies().size() + " " + Vectors.hex(payload);
        }
        List<OperationId> dependencies = new ArrayList<>(change.dependencies());
        dependencies.sort(null);
        return Vectors.hex(Change.of(change.id(), dependencies, payload).encoded());
    }

    /** The recorded class of a handler, whatever its tag. */
    private String typeOf(String handlerId) {
        for (JsonNode handler : script.get("handlers")) {
            if (handler.get("id").textValue().equals(handlerId)) {
                return handler.get("type").textValue();
            }
        }
        return "";
    }

    private void compareValues(Document document, JsonNode step, String name) {
        if (step.has("value")) {
            compareValue(document, step.get("handler").textValue(), step.get("value"), name);
        }
        if (step.has("values")) {
            step.get("values").properties().forEach(value -> {
                compareValue(document, value.getKey(), value.getValue(), name);
            });
        }
        if (step.has("resolved") && step.has("handler")) {
            compareTree(document, step.get("handler").textValue(), step.get("resolved"), name);
        } else if (step.has("resolved")) {
            step.get("resolved").properties().forEach(tree -> {
                compareTree(document, tree.getKey(), tree.getValue(), name);
            });
        }
    }

    private void compareValue(Document document, String id, JsonNode recorded, String name) {
        Handler<?, ?> handler = handler(document, id);
        softly.assertThat(PlainValues.current(handler))
                .as(name + " value of " + id)
                .isEqualTo(PlainValues.recorded(handler, recorded));
    }

    private void compareTree(Document document, String id, JsonNode recorded, String name) {
        softly.assertThat(PlainValues.currentTree(handler(document, id)))
                .as(name + " tree below " + id)
                .isEqualTo(PlainValues.recordedTree(recorded));
    }

    private void snapshot(Document document, JsonNode step, String name) {
        Snapshot snapshot = document.takeSnapshot(step.get("prune").booleanValue());
        snapshots.put(step.get("name").textValue(), snapshot);
        compareStates(document, snapshot, step.get("states"), name);
        if (!clocksMayDiffer) {
            softly.assertThat(snapshot.id())
                    .as(name + " id")
                    .isEqualTo(step.get("snapshotId").textValue());
            softly.assertThat(clocks(document.versionVector()))
                    .as(name + " version vector")
                    .isEqualTo(recordedClocks(step.get("versionVector")));
        }
        softly.assertThat(document.exportChanges())
                .as(name + " remaining changes")
                .hasSize(step.get("remainingChanges").intValue());
    }

    private void compareStates(Document document, Snapshot snapshot, JsonNode states, String name) {
        states.properties().forEach(state -> softly.assertThat(States.hex(
                        handlerType(document, state.getKey()), snapshot.data().get(state.getKey())))
                .as(name + " state of " + state.getKey())
                .isEqualTo(States.hex(handlerType(document, state.getKey()), Vectors.base64(state.getValue()))));
    }

    private static String handlerType(Document document, String id) {
        Handler<?, ?> handler = document.handlers().get(id);
        return handler == null ? "" : handler.getClass().getSimpleName();
    }

    private void finish(String label, JsonNode recorded) {
        Document document = peers.get(label);
        compareValues(document, recorded, "final " + label);
        if (!clocksMayDiffer) {
            softly.assertThat(document.clock())
                    .as("final clock of " + label)
                    .hasToString(recorded.get("clock").textValue());
            softly.assertThat(clocks(document.versionVector()))
                    .as("final version vector of " + label)
                    .isEqualTo(recordedClocks(recorded.get("versionVector")));
            List<String> frontiers = new ArrayList<>();
            recorded.get("frontiers").forEach(id -> frontiers.add(id.textValue()));
            softly.assertThat(document.frontiers())
                    .as("final frontiers of " + label)
                    .extracting(Object::toString)
                    .containsExactlyInAnyOrderElementsOf(frontiers);
        }
        Snapshot snapshot = document.takeSnapshot(false);
        compareStates(document, snapshot, recorded.get("snapshot").get("states"), "final " + label);
    }

    static Map<String, String> clocks(VersionVector vector) {
        Map<String, String> clocks = new TreeMap<>();
        vector.peers()
                .forEach(peer -> clocks.put(peer.toString(), vector.get(peer).toString()));
        return clocks;
    }

    static Map<String, String> recordedClocks(JsonNode entries) {
        Map<String, String> clocks = new TreeMap<>();
        entries.forEach(
                entry -> clocks.put(entry.get(0).textValue(), entry.get(1).textValue()));
        return clocks;
    }
}
