package dev.weft.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.client.awareness.AwarenessPlugin;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.map.MapHandler;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.codec.Compressor;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.PluginMessage;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.protocol.message.StateRequest;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The server's side of every recorded conversation, played to our client in place of the recorded one. Its answers must
 * mean what the recorded client's meant, and it must end with the recorded content. The edits are the recorded ones,
 * byte for byte.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SessionReplayVectorsTest {
    /** Where our client differs on purpose; the reasons are in docs/protocol.md, section 9, one row for each. */
    private enum Difference {
        NO_ECHO,
        CAUSAL_UPLOAD,
        OWN_CLOCK,
        NO_LOSSY_MERGE,
        NO_UPLOAD_OF_A_GAP,
        NO_FORGOTTEN_CLOCK;

        void seen() {
            SEEN.add(this);
        }

        static Set<String> names(Collection<Difference> differences) {
            Set<String> names = new TreeSet<>();
            differences.forEach(
                    each -> names.add(each.name().toLowerCase(Locale.ROOT).replace('_', '-')));
            return names;
        }
    }

    private static final Set<Difference> SEEN = EnumSet.noneOf(Difference.class);
    private static final AtomicInteger CLIENTS_RUN = new AtomicInteger();
    private static final AtomicInteger FRAMES_RUN = new AtomicInteger();

    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void stop() throws Exception {
        Waiting.get(VERTX.close());
        System.out.println("recorded sessions against the client, run: " + CLIENTS_RUN + " clients, " + FRAMES_RUN
                + " frames; intended differences seen: " + Difference.names(SEEN));
    }

    @Test
    @Order(2)
    void everyIntendedDifferenceIsDocumented() {
        assertThat(Difference.names(EnumSet.allOf(Difference.class)))
                .isEqualTo(Vectors.documentedDifferences("client"));
    }

    @Test
    @Order(3)
    void everyIntendedDifferenceStillOccurs() {
        assumeThat(Vectors.isDefault() && CLIENTS_RUN.get() == recordedClients().count())
                .as("all default vectors were run")
                .isTrue();
        assertThat(SEEN).isEqualTo(EnumSet.allOf(Difference.class));
    }

    static Stream<Arguments> recordedClients() {
        return Vectors.sessions().stream().flatMap(name -> {
            List<Arguments> clients = new ArrayList<>();
            // R is written by hand to send odd frames; nothing to compare a client with.
            Vectors.session(name).get("clients").forEach(client -> {
                if (!client.get("label").asText().equals("R")) {
                    clients.add(Arguments.of(name, client.get("label").asText()));
                }
            });
            return clients.stream();
        });
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("recordedClients")
    @Order(1)
    void answersAsTheRecordedClientDid(String name, String label) throws Exception {
        Replay replay = new Replay(name, label);
        Promise<Void> played = Promise.promise();
        replay.client.context().runOnContext(ignored -> {
            try {
                replay.play();
                played.complete();
            } catch (RuntimeException | AssertionError e) {
                played.fail(e);
            }
        });
        Waiting.get(played.future());
        assertThat(replay.ours()).isEqualTo(replay.expected);
        replay.assertFinalState();
        Waiting.get(replay.client.close());
        CLIENTS_RUN.incrementAndGet();
        FRAMES_RUN.addAndGet(replay.expected.size());
    }

    private static final class Replay {
        private final JsonNode recorded;
        private final JsonNode profile;
        private final List<JsonNode> events = new ArrayList<>();
        private final Map<Integer, List<Change>> editsBefore = new LinkedHashMap<>();
        private final List<String> expected = new ArrayList<>();
        private final PeerId peer;
        private final MessageCodec codec;
        private final Document document;
        private final FugueTextHandler text;
        private final MapHandler<String> meta;
        private final ManualConnector connector = new ManualConnector();
        private final AwarenessPlugin awareness = new AwarenessPlugin();
        private final DocumentClient client;

        Replay(String name, String label) {
            recorded = Vectors.session(name);
            profile = stream(recorded.get("clients"))
                    .filter(node -> node.get("label").asText().equals(label))
                    .findFirst()
                    .orElseThrow();
            stream(recorded.get("events"))
                    .filter(event -> label.equals(event.path("client").asText()))
                    .forEach(events::add);
            peer = PeerId.parse(profile.get("peerId").asText());
            boolean gzip = events.stream()
                    .anyMatch(event -> event.path("compressed").asText().equals("gzip"));
            Compressor compressor = gzip ? Compressor.GZIP : Compressor.IDENTITY;
            codec = new MessageCodec(WireMode.ANY, FrameLimits.DEFAULT, List.of(new AwarenessCodec()))
                    .withCompressor(compressor);
            document = new Document(DocumentOptions.builder().peerId(peer).build());
            text = new FugueTextHandler(document, "text");
            meta = new MapHandler<>(document, "meta", DartType.STRING);
            document.importChanges(stream(profile.get("initialChanges"))
                    .map(node -> change(node.asText()))
                    .toList());
            ClientOptions options = ClientOptions.builder(
                            profile.get("documentId").asText())
                    .connector((vertx, context) -> connector)
                    .capabilities(Set.of())
                    .compressor(compressor)
                    .plugin(awareness)
                    .build();
            client = profile.get("kind").asText().equals("relay")
                    ? RelayClient.create(VERTX, document, options)
                    : SyncClient.create(VERTX, document, options);
            plan();
        }

        /** Finds out when each recorded edit must be made for it to leave with the recorded frame. */
        private void plan() {
            Set<OperationId> known = new HashSet<>();
            document.exportChanges().forEach(change -> known.add(change.id()));
            int lastConnect = 0;
            int lastReceived = 0;
            for (int i = 0; i < events.size(); i++) {
                JsonNode event = events.get(i);
                if (isAction(event, "connect")) {
                    lastConnect = i;
                } else if (isFrame(event, "s2c")) {
                    lastReceived = i;
                } else if (isFrame(event, "c2s") && event.has("type")) {
                    Message message = codec.decode(bytesOf(event));
                    List<Change> fresh = changesIn(message).stream()
                            .filter(change -> change.author().equals(peer) && known.add(change.id()))
                            .toList();
                    int at = message instanceof ChangesMessage
                            ? lastConnect
                            : message instanceof Push && fresh.size() > 1 ? lastReceived : i;
                    editsBefore.computeIfAbsent(at, any -> new ArrayList<>()).addAll(fresh);
                    expect(message);
                }
            }
        }

        private void expect(Message message) {
            if (message instanceof ChangeMessage change
                    && !change.change().author().equals(peer)) {
                Difference.NO_ECHO.seen();
                return;
            }
            if (message instanceof Ping || message instanceof PluginMessage) {
                // Pings and the throttle of presence follow our clock, not the recording's.
                Difference.OWN_CLOCK.seen();
            }
            String meaning = meaning(message);
            if (meaning != null) {
                expected.add(meaning);
            }
        }

        void play() {
            for (int i = 0; i < events.size(); i++) {
                editsBefore.getOrDefault(i, List.of()).forEach(this::edit);
                JsonNode event = events.get(i);
                if (isFrame(event, "s2c") && event.has("type")) {
                    connector.listener.received(bytesOf(event));
                } else if (event.get("kind").asText().equals("action")) {
                    act(event);
                }
            }
        }

        private void edit(Change change) {
            document.importChanges(List.of(change));
            client.driver().input(now -> client.localChange(change, now));
        }

        private void act(JsonNode event) {
            switch (event.get("action").asText()) {
                case "connect" -> {
                    client.driver().connect();
                    connector.listener.opened();
                }
                case "disconnect" -> {
                    client.disconnect();
                    assertThat(connector.closedByClient).isTrue();
                    assertThat(connector.closeCode).isEqualTo(1000);
                }
                case "requestSync" -> client.requestSync();
                case "takeSnapshot(pruneHistory: false)" -> document.takeSnapshot(false);
                case "awareness.query" -> awareness.requestState();
                default -> {}
            }
        }

        List<String> ours() {
            return connector.sent.stream()
                    .map(codec::decode)
                    .map(this::meaning)
                    .filter(Objects::nonNull)
                    .toList();
        }

        /** What a message says, without what differs from run to run; null for what is not compared. */
        private String meaning(Message message) {
            if (message instanceof HandshakeRequest request) {
                return "handshake of " + request.author() + " on " + request.documentId() + " with " + sorted(request);
            } else if (message instanceof Hello hello) {
                return "hello of " + hello.author() + " on " + hello.documentId();
            } else if (message instanceof ChangeMessage change) {
                return "change " + change.change().id();
            } else if (message instanceof ChangesMessage changes) {
                // Theirs are grouped by author, ours are in causal order.
                Difference.CAUSAL_UPLOAD.seen();
                return "changes " + ids(changes.changes()).stream().sorted().toList();
            } else if (message instanceof DocumentStatusRequest request) {
                return "status request with " + request.versionVector();
            } else if (message instanceof Push push) {
                return "push " + ids(changesIn(push));
            } else if (message instanceof StateRequest) {
                return "state request";
            } else if (message instanceof SnapshotUpload upload) {
                Snapshot snapshot = Snapshot.decode(Base64.getDecoder().decode(upload.snapshot()));
                if (mergesLossily()) {
                    Difference.NO_UPLOAD_OF_A_GAP.seen();
                    return null;
                }
                return "snapshot up to " + upload.upToSeq() + " with "
                        + new TreeMap<>(clocks(snapshot.versionVector()));
            }
            return null;
        }

        private static Map<String, String> sorted(HandshakeRequest request) {
            return new TreeMap<>(clocks(request.versionVector()));
        }

        void assertFinalState() {
            JsonNode end = recorded.get("final")
                    .get("clients")
                    .get(profile.get("label").asText());
            if (end == null) {
                return;
            }
            if (mergesLossily() && !text.value().equals(end.get("text").asText())) {
                Difference.NO_LOSSY_MERGE.seen();
                return;
            }
            assertThat(text.value()).isEqualTo(end.get("text").asText());
            Map<String, String> values = new LinkedHashMap<>();
            end.get("meta")
                    .properties()
                    .forEach(
                            field -> values.put(field.getKey(), field.getValue().asText()));
            assertThat(meta.value()).isEqualTo(values);
            Map<String, String> clocks = new LinkedHashMap<>();
            end.get("versionVector")
                    .forEach(entry ->
                            clocks.put(entry.get(0).asText(), entry.get(1).asText()));
            Map<String, String> ours = clocks(document.versionVector());
            String own = peer.toString();
            if (!Objects.equals(ours.get(own), clocks.get(own)) && isNewer(ours.get(own), clocks.get(own))) {
                Difference.NO_FORGOTTEN_CLOCK.seen();
                ours.put(own, clocks.get(own));
            }
            assertThat(ours).isEqualTo(clocks);
        }

        private static boolean isNewer(String clock, String than) {
            String[] a = clock.split("\\.");
            String[] b = than.split("\\.");
            int millis = Long.compare(Long.parseLong(a[0]), Long.parseLong(b[0]));
            return millis > 0 || millis == 0 && Long.parseLong(a[1]) > Long.parseLong(b[1]);
        }

        /** Merges its own snapshot with the room's, of which neither covers the other (spec protocol P25). */
        private boolean mergesLossily() {
            return !recorded.path("converged").asBoolean(true)
                    && events.stream()
                            .anyMatch(event -> event.path("action").asText().startsWith("takeSnapshot"));
        }

        private static Map<String, String> clocks(VersionVector vector) {
            Map<String, String> clocks = new LinkedHashMap<>();
            vector.forEach((author, clock) -> clocks.put(author.toString(), new HybridTimestamp(clock).toString()));
            return clocks;
        }

        private byte[] bytesOf(JsonNode event) {
            return event.path("compressed").asText().equals("gzip")
                    ? Base64.getDecoder().decode(event.get("frame").asText())
                    : event.get("text").asText().getBytes(StandardCharsets.UTF_8);
        }

        private static boolean isAction(JsonNode event, String action) {
            return event.path("action").asText().equals(action);
        }

        private static boolean isFrame(JsonNode event, String direction) {
            return event.get("kind").asText().equals("frame")
                    && event.get("dir").asText().equals(direction);
        }

        private static List<OperationId> ids(List<Change> changes) {
            return changes.stream().map(Change::id).toList();
        }

        private static List<Change> changesIn(Message message) {
            if (message instanceof ChangeMessage change) {
                return List.of(change.change());
            } else if (message instanceof ChangesMessage changes) {
                return changes.changes();
            } else if (message instanceof Push push) {
                return push.changes().stream().map(Replay::change).toList();
            }
            return List.of();
        }

        private static Change change(String base64) {
            return Change.decode(Base64.getDecoder().decode(base64));
        }

        private static Stream<JsonNode> stream(JsonNode array) {
            List<JsonNode> nodes = new ArrayList<>();
            array.forEach(nodes::add);
            return nodes.stream();
        }
    }
}
