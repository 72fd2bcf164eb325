package dev.weft.server.gateway;

import static dev.weft.server.kit.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.ClientOptions;
import dev.weft.client.SyncClient;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.kit.RawClient;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Recorded edits after which the reference's replicas disagree for ever, because one of them had pruned: the same peers
 * make the same edits through a node, which keeps history, and end equal. So does somebody who joins when all is done.
 */
class MergeVectorsIT {
    private static final Path VECTORS = vectors();

    private static Vertx vertx;
    private static Server server;

    private static Path vectors() {
        String chosen = System.getProperty("weft.vectors", "");
        return (chosen.isEmpty() ? Path.of("../crdt/src/test/resources/vectors") : Path.of(chosen)).resolve("merge");
    }

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        server = RawClient.await(Server.start(
                ServerOptions.DEFAULT.withGateway(
                        GatewayOptions.DEFAULT.withHost("localhost").withPort(0)),
                InMemoryDocumentStore.unshared()));
    }

    @AfterAll
    static void stop() {
        RawClient.await(vertx.close());
        RawClient.await(server.stop());
    }

    /** Somebody with a part of the history, in the order in which it came to them. */
    private static final class Holder {
        final String name;
        final Document document;
        final SyncClient client;

        Holder(String name, String documentId, PeerId peer, Collection<Change> held) {
            this.name = name;
            document = new Document(DocumentOptions.builder()
                    .peerId(peer)
                    .documentId(documentId)
                    .build());
            document.registerDefaultFactories();
            document.importAll(held);
            client = SyncClient.create(
                    vertx, document, ClientOptions.of(documentId, "ws://localhost:" + server.port() + "/"));
        }

        Set<OperationId> holds() {
            return RawClient.await(client.execute(
                    any -> document.exportChanges().stream().map(Change::id).collect(Collectors.toSet())));
        }

        /** What every handler holds, in the form in which it would be stored. Once only: it leaves a snapshot behind. */
        Map<String, String> content() {
            return RawClient.await(client.execute(any -> {
                document.reconstruct();
                Snapshot snapshot = document.takeSnapshot(false);
                Map<String, String> content = new TreeMap<>();
                snapshot.data().forEach((id, bytes) -> {
                    if (!id.startsWith(Snapshot.RESERVED_PREFIX)) {
                        content.put(id, new String(bytes, StandardCharsets.ISO_8859_1));
                    }
                });
                return content;
            }));
        }
    }

    /** All connect in turn; whatever they hold together, each must hold in the end, and show alike. */
    private static void meet(String what, Map<String, List<Change>> parts, Map<String, PeerId> peers) {
        String documentId = "merge-" + UUID.randomUUID();
        List<Holder> holders = new ArrayList<>();
        try {
            Set<OperationId> all = new HashSet<>();
            parts.forEach((name, changes) -> {
                changes.forEach(change -> all.add(change.id()));
                PeerId peer = peers.getOrDefault(name, PeerId.of(UUID.randomUUID()));
                holders.add(new Holder(name, documentId, peer, changes));
            });
            holders.forEach(holder -> assertThat(RawClient.await(holder.client.connect()))
                    .as("%s: %s connects", what, holder.name)
                    .isTrue());
            holders.forEach(holder -> eventually(() -> holder.holds().containsAll(all)));
            Holder late = new Holder("late", documentId, PeerId.of(UUID.randomUUID()), List.of());
            holders.add(late);
            assertThat(RawClient.await(late.client.connect())).isTrue();
            eventually(() -> late.holds().containsAll(all));
            Map<String, String> expected = null;
            for (Holder holder : holders) {
                assertThat(holder.holds()).as("%s: %s", what, holder.name).isEqualTo(all);
                Map<String, String> content = holder.content();
                assertThat(content).as("%s: %s", what, holder.name).isNotEmpty();
                expected = expected == null ? content : expected;
                assertThat(content).as("%s: %s", what, holder.name).isEqualTo(expected);
            }
        } finally {
            holders.forEach(holder -> RawClient.await(holder.client.close()));
        }
    }

    static List<String> pruningScenarios() throws IOException {
        try (Stream<Path> files = Files.list(VECTORS)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("snapshot_"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("pruningScenarios")
    void peersWhoseReferenceReplicasDifferAfterPruningEndEqual(String file) throws IOException {
        JsonObject scenario = read(file);
        List<Change> base = changes(scenario.getJsonArray("baseChanges"));
        List<Change> later = changes(scenario.getJsonArray("laterChanges"));
        Map<String, List<Change>> parts = new LinkedHashMap<>();
        Map<String, PeerId> peers = new LinkedHashMap<>();
        // Whoever edits later knows what was before, and whatever of the later edits its own build on.
        for (Object entry : scenario.getJsonArray("peers")) {
            JsonObject peer = (JsonObject) entry;
            String name = peer.getString("label");
            PeerId id = PeerId.parse(peer.getString("peerId"));
            List<Change> held = new ArrayList<>(base);
            held.addAll(withDependencies(later, id));
            parts.put(name, held);
            peers.put(name, id);
        }
        List<Change> had = new ArrayList<>();
        scenario.getJsonArray("partialHad").forEach(index -> had.add(base.get((Integer) index)));
        parts.put("partial", had);
        parts.put("fresh", List.of());
        meet(file, parts, peers);
    }

    private static List<Change> withDependencies(List<Change> changes, PeerId author) {
        Map<OperationId, Change> byId = new LinkedHashMap<>();
        changes.forEach(change -> byId.put(change.id(), change));
        Set<OperationId> wanted = new HashSet<>();
        List<OperationId> open = new ArrayList<>();
        changes.stream().filter(change -> change.author().equals(author)).forEach(change -> open.add(change.id()));
        while (!open.isEmpty()) {
            OperationId id = open.remove(open.size() - 1);
            if (byId.containsKey(id) && wanted.add(id)) {
                open.addAll(byId.get(id).dependencies());
            }
        }
        return changes.stream().filter(change -> wanted.contains(change.id())).toList();
    }

    static List<String> divergentCases() throws IOException {
        return read("divergent.json").getJsonArray("cases").stream()
                .map(JsonObject.class::cast)
                .filter(testCase -> testCase.containsKey("snapshots")
                        && !testCase.getJsonObject("snapshots").isEmpty())
                .map(testCase -> testCase.getString("name"))
                .toList();
    }

    // A replica that starts from the snapshot becomes one that starts with nothing: a node has no snapshot to start it
    // from.
    @ParameterizedTest
    @MethodSource("divergentCases")
    void routesOnWhichTheReferenceDisagreesWithItselfEndEqual(String name) throws IOException {
        JsonObject testCase = read("divergent.json").getJsonArray("cases").stream()
                .map(JsonObject.class::cast)
                .filter(each -> each.getString("name").equals(name))
                .findFirst()
                .orElseThrow();
        List<Change> pool = changes(testCase.getJsonArray("changes"));
        Set<Set<Integer>> seen = new HashSet<>();
        for (Object program : testCase.getJsonArray("programs")) {
            Set<Integer> later = afterTheSnapshot((JsonObject) program);
            if (!later.isEmpty() && seen.add(later)) {
                List<Change> base = IntStream.range(0, new TreeSet<>(later).first())
                        .mapToObj(pool::get)
                        .toList();
                List<Change> after = later.stream().map(pool::get).toList();
                Map<String, List<Change>> parts = new LinkedHashMap<>();
                parts.put("base", base);
                parts.put("both", Stream.concat(base.stream(), after.stream()).toList());
                parts.put(
                        "the wrong way round",
                        Stream.concat(after.stream(), base.stream()).toList());
                parts.put("nothing", List.of());
                meet(name + " " + later, parts, Map.of());
            }
        }
        assertThat(seen).isNotEmpty();
    }

    /** The changes that a program imports on top of the snapshot; empty if it uses none. */
    private static Set<Integer> afterTheSnapshot(JsonObject program) {
        Set<Integer> later = new TreeSet<>();
        boolean hasSnapshot = false;
        for (Object entry : program.getJsonArray("steps")) {
            JsonObject step = (JsonObject) entry;
            hasSnapshot |= step.getString("do").equals("importSnapshot");
            if (step.getString("do").equals("importChanges")) {
                step.getJsonArray("changes").forEach(index -> later.add((Integer) index));
            }
        }
        return hasSnapshot && !later.contains(0) ? later : Set.of();
    }

    private static List<Change> changes(JsonArray encoded) {
        return encoded.stream()
                .map(text -> Change.decode(Base64.getDecoder().decode((String) text)))
                .toList();
    }

    private static JsonObject read(String file) throws IOException {
        Path path = VECTORS.resolve(file);
        try (InputStream in =
                file.endsWith(".gz") ? new GZIPInputStream(Files.newInputStream(path)) : Files.newInputStream(path)) {
            return new JsonObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
