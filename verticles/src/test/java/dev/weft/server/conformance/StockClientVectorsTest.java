package dev.weft.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.map.MapHandler;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.awareness.AwarenessQuery;
import dev.weft.protocol.awareness.AwarenessUpdate;
import dev.weft.protocol.codec.Compressor;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.server.conformance.RecordedSession.Client;
import dev.weft.server.conformance.RecordedSession.Event;
import dev.weft.server.kit.Vectors;
import dev.weft.testkit.stock.Blobs;
import dev.weft.testkit.stock.StockAwareClient;
import dev.weft.testkit.stock.StockAwareness;
import dev.weft.testkit.stock.StockClient;
import dev.weft.testkit.stock.StockHost;
import dev.weft.testkit.stock.StockRelayClient;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Our double of the reference's client, given what the recorded server said, says what the recorded client said: the
 * same messages in the same order with the same content, echoes, pings and presence included.
 */
class StockClientVectorsTest {
    private static int framesRun;
    private static int clientsRun;

    @AfterAll
    static void printCounts() {
        System.out.println("stock client, run: " + framesRun + " frames of " + clientsRun + " recorded clients");
    }

    static Stream<Arguments> recordedClients() {
        return Vectors.sessions().stream().map(RecordedSession::read).flatMap(session -> session.clients().stream()
                .map(client -> Arguments.of(session.name(), client.label())));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("recordedClients")
    void saysWhatTheRecordedClientSaid(String name, String label) {
        RecordedSession session = RecordedSession.read(name);
        Client client = session.clients().stream()
                .filter(each -> each.label().equals(label))
                .findFirst()
                .orElseThrow();
        Replay replay = new Replay(session, client);
        replay.play();
        assertThat(replay.said).isEqualTo(replay.expected);
        assertThat(replay.statuses).isEqualTo(replay.expectedStatuses);
        if (session.hasConverged()) {
            replay.assertContent(session.end().getJsonObject("clients").getJsonObject(label));
        }
        framesRun += replay.expected.size();
        clientsRun++;
    }

    private static final class Replay implements StockHost, StockHost.Socket {
        private static final int NEVER_MILLIS = 1 << 30;
        private static final long THROTTLE_MILLIS = 50;

        final List<String> said = new ArrayList<>();
        final List<String> expected = new ArrayList<>();
        final List<String> statuses = new ArrayList<>();
        final List<String> expectedStatuses = new ArrayList<>();
        private final Client recorded;
        private final List<Event> events;
        private final Map<Integer, List<Change>> editsBefore = new HashMap<>();
        private final List<Runnable> throttled = new ArrayList<>();
        private final MessageCodec codec;
        private final Document document;
        private final FugueTextHandler text;
        private final MapHandler<String> meta;
        private final StockClient client;
        private final StockAwareness awareness;

        Replay(RecordedSession session, Client recorded) {
            this.recorded = recorded;
            events = session.eventsOf(recorded.label());
            boolean isCompressed = events.stream().anyMatch(Event::isCompressed);
            codec = new MessageCodec(WireMode.ANY, FrameLimits.DEFAULT, List.of(new AwarenessCodec()))
                    .withCompressor(isCompressed ? Compressor.GZIP : Compressor.IDENTITY);
            document = new Document(
                    DocumentOptions.builder().peerId(recorded.peer()).build());
            text = new FugueTextHandler(document, "text");
            meta = new MapHandler<>(document, "meta", DartType.STRING);
            document.importChanges(recorded.initialChanges());
            client = recorded.isRelay()
                    ? new StockRelayClient(this, recorded.documentId(), document, NEVER_MILLIS)
                    : new StockAwareClient(this, recorded.documentId(), document, NEVER_MILLIS);
            client.onStatus(status -> statuses.add(status.name().toLowerCase(java.util.Locale.ROOT)));
            awareness = session.hasPresence() ? client.withAwareness(initialMetadata()) : null;
            plan();
            if (recorded.isRelay()) {
                queueEarlyEdits();
            }
        }

        /** Metadata that was sent although nobody had set any. */
        private Map<String, Object> initialMetadata() {
            for (Event event : events) {
                if (event.isAction("awareness.update")) {
                    return null;
                } else if (event.isFrame("c2s") && event.type() == 100) {
                    return ((AwarenessUpdate) codec.decode(event.bytes()))
                            .state()
                            .metadata();
                }
            }
            return null;
        }

        /** A relay client also queues what was made before it connected, if it was there to hear of it. */
        private void queueEarlyEdits() {
            Set<OperationId> pushed = new HashSet<>();
            events.stream()
                    .filter(event -> event.isFrame("c2s") && event.type() == 22)
                    .forEach(
                            event -> changesIn(codec.decode(event.bytes())).forEach(change -> pushed.add(change.id())));
            recorded.initialChanges().stream()
                    .filter(change -> pushed.contains(change.id()))
                    .forEach(client::edited);
        }

        /** Finds out when each recorded edit must be made for it to leave with the recorded frame. */
        private void plan() {
            Set<OperationId> known = new HashSet<>();
            document.exportChanges().forEach(change -> known.add(change.id()));
            int connected = 0;
            int heard = 0;
            for (int i = 0; i < events.size(); i++) {
                Event event = events.get(i);
                if (event.isAction("connect")) {
                    connected = i;
                } else if (event.isFrame("s2c")) {
                    heard = i;
                } else if (event.fields().getString("kind").equals("clientStatus")) {
                    expectedStatuses.add(event.fields().getString("status"));
                } else if (event.isFrame("c2s") && event.json() != null) {
                    Message message = codec.decode(event.bytes());
                    expected.add(meaning(message));
                    List<Change> made = changesIn(message).stream()
                            .filter(change -> change.author().equals(recorded.peer()) && known.add(change.id()))
                            .toList();
                    int at = message instanceof ChangesMessage
                            ? connected
                            : message instanceof Push && made.size() > 1 ? heard : i;
                    editsBefore.computeIfAbsent(at, any -> new ArrayList<>()).addAll(made);
                }
            }
        }

        void play() {
            for (int i = 0; i < events.size(); i++) {
                editsBefore.getOrDefault(i, List.of()).forEach(change -> {
                    document.importChanges(List.of(change));
                    client.edited(change);
                });
                Event event = events.get(i);
                if (event.isFrame("s2c") && event.json() != null) {
                    client.received(this, codec.decode(event.bytes()));
                } else if (event.isFrame("c2s") && event.type() == 5) {
                    client.sendPing();
                } else if (event.isFrame("c2s") && event.type() == 100) {
                    endThrottleUnlessSaid(i);
                } else if (event.fields().getString("kind").equals("action")) {
                    act(event.fields());
                }
            }
        }

        /** The window of the throttle ends when the recorded one did. */
        private void endThrottleUnlessSaid(int index) {
            long wanted = events.stream()
                    .limit(index + 1L)
                    .filter(event -> event.isFrame("c2s") && event.type() == 100)
                    .count();
            long made =
                    said.stream().filter(each -> each.startsWith("presence")).count();
            if (made < wanted) {
                List<Runnable> due = List.copyOf(throttled);
                throttled.clear();
                due.forEach(Runnable::run);
            }
        }

        private void act(JsonObject action) {
            switch (action.getString("action")) {
                case "connect" -> client.connect(connected -> {});
                case "disconnect" -> client.disconnect();
                case "requestSync" -> client.requestSync();
                case "takeSnapshot(pruneHistory: false)" -> document.takeSnapshot(false);
                case "awareness.query" -> awareness.requestState();
                case "awareness.update" -> {
                    endWindowsThatAreOver(action);
                    awareness.updateLocalState(
                            action.getJsonArray("args").getJsonObject(0).getMap());
                }
                default -> {
                    // Edits, which are made from the recorded frames, and what the script noted.
                }
            }
        }

        /** A window that ended with nothing to send left no frame behind. */
        private void endWindowsThatAreOver(JsonObject update) {
            double at = update.getDouble("t");
            double lastSaid = events.stream()
                    .filter(event -> event.isFrame("c2s") && event.type() == 100)
                    .mapToDouble(event -> event.fields().getDouble("t"))
                    .filter(t -> t < at)
                    .max()
                    .orElse(Double.NEGATIVE_INFINITY);
            if (at - lastSaid > THROTTLE_MILLIS) {
                List<Runnable> over = List.copyOf(throttled);
                throttled.clear();
                over.forEach(Runnable::run);
            }
        }

        void assertContent(JsonObject end) {
            if (end != null) {
                assertThat(text.value()).isEqualTo(end.getString("text"));
                assertThat(meta.value()).isEqualTo(end.getJsonObject("meta").getMap());
            }
        }

        // The host, and its one socket.

        @Override
        public long nowMillis() {
            return 0;
        }

        @Override
        public void after(long millis, Runnable action) {
            if (millis == THROTTLE_MILLIS) {
                throttled.add(action);
            }
        }

        @Override
        public long jitter(long millis) {
            return 0;
        }

        @Override
        public void open(Consumer<Socket> opened, Runnable failed) {
            opened.accept(this);
        }

        @Override
        public void send(Message message) {
            said.add(meaning(message));
        }

        @Override
        public void letGo() {
            // The recorded close frames carry no message.
        }
    }

    /** What a message says, without what differs from run to run. */
    private static String meaning(Message message) {
        if (message instanceof ChangesMessage changes) {
            // Authors come in the order of the reference's store, which nobody relies on.
            return "changes of " + message.documentId() + " " + new TreeSet<>(encoded(changes.changes()));
        } else if (message instanceof ChangeMessage change) {
            return "change of " + message.documentId() + " " + encoded(List.of(change.change()));
        } else if (message instanceof Ping ping) {
            return "ping of " + message.documentId() + " " + clocks(ping.versionVector());
        } else if (message instanceof SnapshotUpload upload) {
            Snapshot snapshot = Snapshot.decode(Base64.getDecoder().decode(upload.snapshot()));
            return "snapshot of " + message.documentId() + " up to " + upload.upToSeq() + " "
                    + clocks(snapshot.versionVector());
        } else if (message instanceof AwarenessUpdate || message instanceof AwarenessQuery) {
            return "presence " + message;
        }
        return message.toString();
    }

    private static List<String> encoded(List<Change> changes) {
        return changes.stream().map(Blobs::of).toList();
    }

    private static Map<String, Long> clocks(VersionVector vector) {
        Map<String, Long> clocks = new TreeMap<>();
        if (vector != null) {
            vector.forEach((author, clock) -> clocks.put(author.toString(), clock));
        }
        return clocks;
    }

    private static List<Change> changesIn(Message message) {
        if (message instanceof ChangeMessage change) {
            return List.of(change.change());
        } else if (message instanceof ChangesMessage changes) {
            return changes.changes();
        } else if (message instanceof Push push) {
            return Blobs.changes(push.changes());
        }
        return List.of();
    }
}
