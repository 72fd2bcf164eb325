package dev.weft.crdt.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.Vectors;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.ContainerHandler;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.id.PeerId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The recorded histories of several peers: whatever way they are delivered, the recorded values come out. */
class MergeVectorsTest {
    private static final PeerId READER = PeerId.parse("00000000-0000-4000-8000-00000000000f");

    static List<String> scenarios() {
        List<String> files = new ArrayList<>();
        for (JsonNode scenario : Vectors.read("merge/index.json")) {
            files.add(scenario.get("file").textValue());
        }
        assertThat(files).containsExactlyInAnyOrderElementsOf(Vectors.list("merge", ".json.gz"));
        return files;
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyDeliveryEndsInTheRecordedValues(String file) {
        JsonNode scenario = Vectors.read(file);
        int cases =
                switch (scenario.get("kind").textValue()) {
                    case "convergence" -> convergence(scenario);
                    case "snapshot" -> snapshot(scenario);
                    default -> throw new AssertionError("Unknown kind in " + file);
                };
        Vectors.ran(file, cases);
    }

    private static int convergence(JsonNode scenario) {
        List<Change> shuffled = changes(scenario.get("changes"));
        List<Change> causal = ordered(shuffled, scenario.get("causalOrder"));
        JsonNode expected = scenario.get("expected");
        List<Consumer<Document>> deliveries = List.of(
                replica -> replica.importChanges(causal),
                replica -> replica.importChanges(shuffled),
                replica -> causal.forEach(change -> replica.importChanges(List.of(change))),
                replica -> causal.forEach(change -> {
                    assertThat(replica.applyChange(change)).isTrue();
                    readAll(replica);
                }),
                replica -> inChunks(replica, causal, 7),
                replica -> {
                    inChunks(replica, causal.subList(0, causal.size() / 2), 50);
                    replica.importChanges(shuffled);
                },
                replica -> untilComplete(replica, shuffled));
        int number = 0;
        for (Consumer<Document> delivery : deliveries) {
            Document replica = replica(scenario);
            delivery.accept(replica);
            compare(replica, expected, "delivery " + number++);
            compareSnapshot(replica, scenario, expected, "delivery " + number);
        }
        Document replica = replica(scenario);
        int done = 0;
        for (JsonNode checkpoint : scenario.get("checkpoints")) {
            int prefix = checkpoint.get("prefix").intValue();
            replica.importChanges(causal.subList(done, prefix));
            done = prefix;
            compare(replica, checkpoint, "checkpoint " + prefix);
        }
        return deliveries.size() + scenario.get("checkpoints").size();
    }

    private static int snapshot(JsonNode scenario) {
        List<Change> base = changes(scenario.get("baseChanges"));
        List<Change> later = changes(scenario.get("laterChanges"));
        List<Change> laterInOrder = ordered(later, scenario.get("laterOrder"));
        Snapshot snapshot = Snapshot.decode(Vectors.base64(scenario.get("snapshot")));
        JsonNode expected = scenario.get("expected");

        Document fresh = replica(scenario);
        fresh.importState(snapshot, later, false, true);
        compare(fresh, expected.get("fresh"), "fresh");

        Document freshOneByOne = replica(scenario);
        freshOneByOne.importState(snapshot, List.of(), false, true);
        inChunks(freshOneByOne, laterInOrder, 1);
        compare(freshOneByOne, expected.get("fresh"), "fresh, one by one");

        Document unpruned = replica(scenario);
        unpruned.importChanges(base);
        readAll(unpruned);
        unpruned.importChanges(later);
        compare(unpruned, expected.get("unpruned"), "unpruned");

        Document pruned = replica(scenario);
        pruned.importChanges(base);
        Snapshot ours = pruned.takeSnapshot(true);
        assertThat(ours.id()).isEqualTo(scenario.get("snapshotId").textValue());
        pruned.importChanges(later);
        compare(pruned, expected.get("pruned"), "pruned");

        Document partial = replica(scenario);
        List<Change> had = new ArrayList<>();
        scenario.get("partialHad").forEach(index -> had.add(base.get(index.intValue())));
        partial.importChanges(had);
        readAll(partial);
        partial.importState(snapshot, later, false, true);
        compare(partial, expected.get("partial"), "partial");
        return 5;
    }

    private static Document replica(JsonNode scenario) {
        Document document =
                new Document(DocumentOptions.builder().peerId(READER).build());
        if (scenario.get("nested").booleanValue()) {
            document.registerDefaultFactories();
            for (JsonNode type : scenario.get("factories")) {
                if (!type.textValue().equals("(defaults)")) {
                    document.registerFactory(type.textValue(), VectorHandlers.factory(type.textValue()));
                }
            }
        }
        for (JsonNode handler : scenario.get("handlers")) {
            if (handler.get("declared").booleanValue()) {
                VectorHandlers.create(document, handler);
            }
        }
        return document;
    }

    private static void inChunks(Document replica, List<Change> changes, int size) {
        for (int from = 0; from < changes.size(); from += size) {
            replica.importChanges(changes.subList(from, Math.min(from + size, changes.size())));
            readAll(replica);
        }
    }

    /** Small batches in any order, repeated until nothing is missing: most arrive before what they depend on. */
    private static void untilComplete(Document replica, List<Change> shuffled) {
        Random random = new Random(shuffled.size());
        List<Change> remaining = new ArrayList<>(shuffled);
        while (!remaining.isEmpty()) {
            Collections.shuffle(remaining, random);
            int before = replica.exportChanges().size();
            for (int from = 0; from < remaining.size(); from += 5) {
                replica.importChanges(remaining.subList(from, Math.min(from + 5, remaining.size())));
            }
            readAll(replica);
            remaining.removeAll(replica.exportChanges());
            assertThat(replica.exportChanges().size()).as("progress").isGreaterThan(before);
        }
    }

    private static void readAll(Document replica) {
        List.copyOf(replica.handlers().values()).forEach(handler -> {
            handler.value();
            if (handler instanceof ContainerHandler container) {
                container.resolved();
            }
        });
    }

    private static void compare(Document replica, JsonNode expected, String how) {
        expected.get("values").properties().forEach(value -> {
            Handler<?, ?> handler = handler(replica, value.getKey(), how);
            assertThat(PlainValues.current(handler))
                    .as(how + ": value of " + value.getKey())
                    .isEqualTo(PlainValues.recorded(handler, value.getValue()));
        });
        if (expected.has("resolved")) {
            expected.get("resolved").properties().forEach(tree -> assertThat(
                            PlainValues.currentTree(handler(replica, tree.getKey(), how)))
                    .as(how + ": tree below " + tree.getKey())
                    .isEqualTo(PlainValues.recordedTree(tree.getValue())));
        }
        assertThat(ScriptRun.clocks(replica.versionVector()))
                .as(how + ": version vector")
                .isEqualTo(ScriptRun.recordedClocks(expected.get("versionVector")));
        List<String> frontiers = new ArrayList<>();
        expected.get("frontiers").forEach(id -> frontiers.add(id.textValue()));
        assertThat(replica.frontiers())
                .as(how + ": frontiers")
                .extracting(Object::toString)
                .containsExactlyInAnyOrderElementsOf(frontiers);
        assertThat(replica.exportChanges())
                .as(how + ": changes")
                .hasSize(expected.get("changeCount").intValue());
    }

    private static Handler<?, ?> handler(Document replica, String id, String how) {
        Handler<?, ?> handler = replica.handlers().get(id);
        assertThat(handler).as(how + ": handler " + id).isNotNull();
        return handler;
    }

    private static void compareSnapshot(Document replica, JsonNode scenario, JsonNode expected, String how) {
        Snapshot snapshot = replica.takeSnapshot(false);
        assertThat(snapshot.id()).as(how).isEqualTo(expected.get("snapshotId").textValue());
        for (JsonNode handler : scenario.get("handlers")) {
            String id = handler.get("id").textValue();
            JsonNode state = expected.get("snapshotStates").get(id);
            if (state != null) {
                String type = handler.get("type").textValue();
                assertThat(States.hex(type, snapshot.data().get(id)))
                        .as(how + ": snapshot state of " + id)
                        .isEqualTo(States.hex(type, Vectors.base64(state)));
            }
        }
    }

    private static List<Change> changes(JsonNode encoded) {
        List<Change> changes = new ArrayList<>();
        encoded.forEach(change -> changes.add(Change.decode(Vectors.base64(change))));
        return changes;
    }

    private static List<Change> ordered(List<Change> changes, JsonNode order) {
        List<Change> ordered = new ArrayList<>();
        order.forEach(index -> ordered.add(changes.get(index.intValue())));
        return ordered;
    }
}
