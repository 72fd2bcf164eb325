package dev.weft.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.codec.Compressor;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.codec.MalformedMessageException;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import dev.weft.server.conformance.RawSocket.Frame;
import dev.weft.server.conformance.RecordedSession.Event;
import dev.weft.testkit.stock.Blobs;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The clients' side of a recorded conversation, played to a gateway over real sockets in the recorded order. After each
 * frame everything the recorded server sent because of it has to arrive, equal in type, fields and meaning; what is meant
 * to differ is turned into what we send instead, under the name of its {@link Difference}.
 */
final class SessionReplay implements AutoCloseable {
    private static final String INVALID = "INVALID_MESSAGE";

    /** The number of a connection that no recording has. */
    private static final int WATCHER = -1;

    private static final Set<Integer> ANSWERS = Set.of(1, 3);

    private record Expected(int connection, JsonObject message) {}

    private final RecordedSession session;
    private final int port;
    private final Causes causes;
    private final MessageCodec codec;
    private final Map<Integer, RawSocket> sockets = new LinkedHashMap<>();
    private final Map<Integer, List<JsonObject>> arrived = new HashMap<>();
    private final Map<String, String> ourSessionIds = new HashMap<>();
    private final Map<String, Set<Integer>> joined = new HashMap<>();
    private final Set<Integer> compressing = new HashSet<>();

    /** What the document, or the room, holds here. */
    private final Set<OperationId> stored = new HashSet<>();

    private final Map<String, List<String>> logs = new HashMap<>();
    private final Set<String> otherSnapshot = new HashSet<>();
    private final Set<Integer> askedForSnapshot = new HashSet<>();
    private final Set<String> unseen = new HashSet<>();
    private int timesLost;
    private int framesCompared;

    SessionReplay(RecordedSession session, int port) {
        this.session = session;
        this.port = port;
        this.causes = new Causes(session.events());
        this.codec = new MessageCodec(
                WireMode.ANY, FrameLimits.DEFAULT, session.hasPresence() ? List.of(new AwarenessCodec()) : List.of());
        session.serverChanges().forEach(change -> stored.add(change.id()));
    }

    /** The name here of a recorded document; another one once the recorded server has lost it. */
    static String documentId(String recorded, int timesLost) {
        return timesLost == 0 ? recorded : recorded + "~" + timesLost;
    }

    int play() {
        if (!session.isRelay()) {
            watch(session.documentId());
        }
        for (Event event : session.events()) {
            if (event.isFrame("c2s")) {
                List<Event> effects = causes.effectsOf(event);
                if (event.isData()) {
                    loseDocumentIfRecorded(event, effects);
                    List<Expected> expected = expected(event, effects);
                    send(event);
                    expected.forEach(each -> await(event, each));
                    awaitStored();
                } else {
                    List<Expected> expected = asRecorded(effects);
                    joined.values().forEach(members -> members.remove(event.connection()));
                    sockets.remove(event.connection()).close();
                    expected.forEach(each -> await(event, each));
                }
            } else if (event.fields().getString("kind").equals("http")
                    && event.fields().getJsonArray("response").encode().contains("permessage-deflate")) {
                Difference.DEFLATE_IS_DECLINED.seen();
            }
        }
        sockets.keySet().stream().filter(connection -> connection != WATCHER).forEach(this::assertNothingElse);
        return framesCompared;
    }

    /** A connection of our own sees when a change has taken effect that the recorded server told nobody of. */
    private void watch(String id) {
        sendTo(WATCHER, new JsonObject().put("type", 4).put("documentId", id));
        assertThat(next(WATCHER).getInteger("type")).isEqualTo(3);
    }

    private void awaitStored() {
        while (!unseen.isEmpty()) {
            JsonObject message = next(WATCHER);
            if (message.getInteger("type") == 2) {
                unseen.remove(message.getString("change"));
            }
        }
    }

    private void sendTo(int connection, JsonObject message) {
        byte[] json = message.encode().getBytes(StandardCharsets.UTF_8);
        socket(connection).binary(compressing.contains(connection) ? Compressor.GZIP.compress(json) : json);
    }

    // Sending.

    private RawSocket socket(int connection) {
        return sockets.computeIfAbsent(connection, any -> RawSocket.connect(port));
    }

    private void send(Event event) {
        RawSocket socket = socket(event.connection());
        if (event.json() == null) {
            if (event.isText()) {
                socket.text(new String(event.bytes(), StandardCharsets.UTF_8));
            } else {
                socket.binary(event.bytes());
            }
            return;
        }
        String text = translated(event.json().encode());
        if (event.isCompressed()) {
            compressing.add(event.connection());
            socket.binary(Compressor.GZIP.compress(text.getBytes(StandardCharsets.UTF_8)));
        } else if (event.isText()) {
            socket.text(text);
        } else {
            socket.binary(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private String translated(String text) {
        String translated = text;
        for (Map.Entry<String, String> id : ourSessionIds.entrySet()) {
            translated = translated.replace(id.getKey(), id.getValue());
        }
        JsonObject message = new JsonObject(translated);
        if (timesLost > 0 && message.containsKey("documentId")) {
            message.put("documentId", documentId(message.getString("documentId"), timesLost));
        }
        return message.encode();
    }

    /**
     * The script of a recording may take the document away from the server. A document here cannot be lost, but there
     * can be another, empty one that the same connections follow.
     */
    private void loseDocumentIfRecorded(Event event, List<Event> effects) {
        boolean isLost = !session.isRelay()
                && event.type() == 2
                && isJoined(event)
                && effects.stream()
                        .anyMatch(effect -> "OUT_OF_SYNC".equals(effect.json().getString("code")))
                && missing(changesOf(event)).isEmpty();
        if (!isLost) {
            return;
        }
        timesLost++;
        stored.clear();
        String id = documentOf(event);
        for (int connection : joined.getOrDefault(id, Set.of())) {
            sendTo(connection, new JsonObject().put("type", 4).put("documentId", documentId(id, timesLost)));
            assertThat(next(connection).getInteger("type")).isEqualTo(3);
        }
        watch(documentId(id, timesLost));
    }

    // What is expected, and why it may not be what was recorded.

    private List<Expected> asRecorded(List<Event> effects) {
        List<Expected> expected = new ArrayList<>();
        effects.forEach(effect -> expected.add(new Expected(effect.connection(), effect.json())));
        return expected;
    }

    private List<Expected> expected(Event event, List<Event> effects) {
        List<Expected> expected = asRecorded(effects);
        MalformedMessageException fault = faultOf(event);
        if (fault != null) {
            expectMalformed(event, fault, expected);
            return expected;
        }
        int type = event.type();
        boolean isAware = type <= 4 || type == 8;
        boolean isRelay = type >= 20 && type < 40;
        if (isAware && session.isRelay() || isRelay && !session.isRelay()) {
            expectOtherMode(event, expected);
        } else if (isAware || type == 5 && !session.isRelay()) {
            expectAware(event, expected);
        } else if (isRelay) {
            expectRelay(event, expected);
        }
        // Whoever asked is answered first, and presence follows.
        List<Expected> asWeSend = new ArrayList<>(expected);
        asWeSend.sort(Comparator.comparing(each ->
                each.connection() != event.connection() ? 2 : each.message().getInteger("type") == 102 ? 1 : 0));
        boolean isReordered = false;
        for (int i = 0; i < expected.size(); i++) {
            isReordered |= expected.get(i).connection() == event.connection()
                    && expected.get(i).message().getInteger("type") == 102
                    && i + 1 < expected.size()
                    && expected.subList(i + 1, expected.size()).stream()
                            .anyMatch(later -> later.connection() == event.connection());
        }
        if (isReordered) {
            Difference.PRESENCE_AFTER_ANSWER.seen();
        }
        return asWeSend;
    }

    private MalformedMessageException faultOf(Event event) {
        try {
            codec.withCompressor(event.isCompressed() ? Compressor.GZIP : Compressor.IDENTITY)
                    .decode(event.bytes());
            return null;
        } catch (MalformedMessageException e) {
            return e;
        }
    }

    private void expectMalformed(Event event, MalformedMessageException fault, List<Expected> expected) {
        if (fault.isOfUnknownPlugin() || !expected.isEmpty()) {
            return;
        }
        Difference.MALFORMED_IS_ANSWERED.seen();
        String id = fault.documentId() == null ? "" : fault.documentId();
        expected.add(error(event, id, INVALID));
        if (fault.isHandshake()) {
            Difference.ATTEMPT_IS_ENDED.seen();
            expected.add(error(event, id, "HANDSHAKE_FAILED"));
        }
    }

    private static Expected error(Event event, String documentId, String code) {
        return new Expected(
                event.connection(),
                new JsonObject()
                        .put("type", 7)
                        .put("documentId", documentId)
                        .put("code", code)
                        .put("message", ""));
    }

    /** A gateway serves both modes, and a room and a document of one name are two things. */
    private void expectOtherMode(Event event, List<Expected> expected) {
        Difference.BOTH_MODES.seen();
        expected.clear();
        JsonObject answer =
                new JsonObject().put("documentId", documentOf(event)).put("changes", new JsonArray());
        switch (event.type()) {
            case 0 ->
                answer.put("type", 1)
                        .putNull("snapshot")
                        .put("sessionId", "other " + event.connection())
                        .put("versionVector", "AA==");
            case 4 -> answer.put("type", 3).putNull("snapshot").put("versionVector", "AA==");
            case 20 -> {
                // Documents are not created where these recordings are played, and rooms are not either.
                expected.add(error(event, documentOf(event), "DOCUMENT_NOT_FOUND"));
                expected.add(error(event, documentOf(event), "HANDSHAKE_FAILED"));
                return;
            }
            default -> throw new AssertionError("No rule for " + event);
        }
        expected.add(new Expected(event.connection(), answer));
    }

    private void expectAware(Event event, List<Expected> expected) {
        int type = event.type();
        if (type == 0 || type == 4) {
            boolean isRefused =
                    expected.stream().anyMatch(each -> each.message().containsKey("code"));
            if (isRefused && type == 0) {
                Difference.ATTEMPT_IS_ENDED.seen();
                expected.add(error(event, documentOf(event), "HANDSHAKE_FAILED"));
            } else if (!isRefused) {
                join(event);
            }
        } else if (type == 5) {
            if (!isJoined(event) && event.json().getValue("versionVector") != null) {
                Difference.RE_OPEN_IS_HEALED.seen();
                expected.add(error(event, documentOf(event), "OUT_OF_SYNC"));
            }
        } else if ((type == 2 || type == 8) && !isJoined(event)) {
            Difference.RE_OPEN_IS_HEALED.seen();
            expected.add(error(event, documentOf(event), "OUT_OF_SYNC"));
        } else if (type == 2 || type == 8) {
            expectChanges(event, expected);
        }
    }

    private void expectChanges(Event event, List<Expected> expected) {
        List<Change> changes = changesOf(event);
        Set<OperationId> missing = missing(changes);
        boolean wasOutOfSync =
                expected.removeIf(each -> "OUT_OF_SYNC".equals(each.message().getString("code")));
        if (!missing.isEmpty()) {
            expected.add(error(event, documentOf(event), "OUT_OF_SYNC"));
        } else if (wasOutOfSync) {
            Difference.CHANGES_ARE_SORTED.seen();
        }
        for (Change change : changes) {
            if (isReady(change, changes, missing) && stored.add(change.id())) {
                unseen.add(Blobs.of(change));
                tellOthersUnlessRecorded(event, change, expected);
            }
        }
    }

    private void tellOthersUnlessRecorded(Event event, Change change, List<Expected> expected) {
        for (int other : joined.getOrDefault(documentOf(event), Set.of())) {
            boolean isRecorded = expected.stream()
                    .anyMatch(each -> each.connection() == other
                            && Blobs.of(change).equals(each.message().getString("change")));
            if (other != event.connection() && !isRecorded) {
                assertThat(wasUnsorted(event))
                        .as("only sorting adds broadcasts: " + event)
                        .isTrue();
                expected.add(new Expected(
                        other,
                        new JsonObject()
                                .put("type", 2)
                                .put("documentId", documentOf(event))
                                .put("change", Blobs.of(change))));
            }
        }
    }

    /** Whether a change of the frame comes before one that it depends on. */
    private static boolean wasUnsorted(Event event) {
        Set<OperationId> before = new HashSet<>();
        Set<OperationId> all = new HashSet<>();
        changesOf(event).forEach(change -> all.add(change.id()));
        for (Change change : changesOf(event)) {
            if (change.dependencies().stream().anyMatch(id -> all.contains(id) && !before.contains(id))) {
                return true;
            }
            before.add(change.id());
        }
        return false;
    }

    /** The dependencies that neither the document nor the frame has. */
    private Set<OperationId> missing(List<Change> changes) {
        Set<OperationId> missing = new HashSet<>();
        Set<OperationId> inFrame = new HashSet<>();
        changes.forEach(change -> inFrame.add(change.id()));
        for (Change change : changes) {
            for (OperationId dependency : change.dependencies()) {
                if (!stored.contains(dependency) && !inFrame.contains(dependency)) {
                    missing.add(dependency);
                }
            }
        }
        return missing;
    }

    private static boolean isReady(Change change, List<Change> frame, Set<OperationId> missing) {
        return change.dependencies().stream()
                .allMatch(dependency -> !missing.contains(dependency)
                        && frame.stream()
                                .filter(other -> other.id().equals(dependency))
                                .allMatch(other -> isReady(other, frame, missing)));
    }

    private void expectRelay(Event event, List<Expected> expected) {
        String id = documentOf(event);
        List<String> log = logs.computeIfAbsent(id, any -> new ArrayList<>());
        boolean isFirst = !isJoined(event);
        if (isFirst && event.type() != 20) {
            Difference.RE_OPEN_IS_HEALED.seen();
        }
        join(event);
        if (event.type() == 20 || event.type() == 26 || isFirst) {
            if (expected.stream().noneMatch(each -> each.message().getInteger("type") == 21)) {
                Difference.RE_OPEN_IS_HEALED.seen();
                expected.add(new Expected(event.connection(), welcomeOf(event, id)));
            }
        } else if (event.type() == 22) {
            event.json().getJsonArray("changes").forEach(blob -> log.add((String) blob));
        } else if (event.type() == 25) {
            if (askedForSnapshot.remove(event.connection())) {
                log.clear();
            } else {
                Difference.UPLOAD_IS_CHECKED.seen();
                otherSnapshot.add(id);
            }
        }
        expected.replaceAll(each -> new Expected(each.connection(), asOurRoomSays(id, each.message())));
        expected.stream()
                .filter(each -> Boolean.TRUE.equals(each.message().getBoolean("compact")))
                .forEach(each -> askedForSnapshot.add(each.connection()));
    }

    private JsonObject welcomeOf(Event event, String id) {
        List<String> log = logs.get(id);
        return new JsonObject()
                .put("type", 21)
                .put("documentId", id)
                .put("sessionId", "healed " + event.connection())
                .putNull("snapshot")
                .put("changes", new JsonArray(log))
                .put("seq", log.size())
                .put("logLength", log.size())
                .put("compact", false);
    }

    private JsonObject asOurRoomSays(String id, JsonObject recorded) {
        int type = recorded.getInteger("type");
        JsonObject ours = recorded.copy();
        List<String> log = logs.get(id);
        if (otherSnapshot.contains(id) && (type == 21 || type == 23)) {
            // What was uploaded unasked is missing here, and what it replaced is still there.
            ours.put("logLength", log.size());
            if (type == 21) {
                ours.putNull("snapshot").put("changes", new JsonArray(log));
            }
        }
        if (type == 21) {
            JsonArray changes = ours.getJsonArray("changes");
            JsonArray distinct = new JsonArray(changes.stream().distinct().toList());
            if (distinct.size() < changes.size()) {
                Difference.NO_REPEATS_IN_WELCOME.seen();
            }
            ours.put("changes", distinct);
        }
        return ours;
    }

    private boolean isJoined(Event event) {
        return joined.getOrDefault(documentOf(event), Set.of()).contains(event.connection());
    }

    private void join(Event event) {
        joined.computeIfAbsent(documentOf(event), any -> new LinkedHashSet<>()).add(event.connection());
    }

    private static String documentOf(Event event) {
        return event.json().getString("documentId");
    }

    private static List<Change> changesOf(Event event) {
        JsonObject json = event.json();
        return Blobs.changes(
                event.type() == 2
                        ? List.of(json.getString("change"))
                        : json.getJsonArray("changes").stream()
                                .map(String::valueOf)
                                .toList());
    }

    // Receiving.

    private void await(Event cause, Expected expected) {
        List<JsonObject> waiting = arrived.computeIfAbsent(expected.connection(), any -> new ArrayList<>());
        for (JsonObject message : waiting) {
            if (isEqual(expected.message(), message)) {
                waiting.remove(message);
                framesCompared++;
                return;
            }
        }
        while (true) {
            JsonObject message;
            try {
                message = next(expected.connection());
            } catch (AssertionError e) {
                throw new AssertionError(
                        "After " + cause + " there should come to connection " + expected.connection() + " "
                                + expected.message().encode() + ", but what came is " + waiting,
                        e);
            }
            if (isEqual(expected.message(), message)) {
                framesCompared++;
                return;
            }
            waiting.add(message);
        }
    }

    private JsonObject next(int connection) {
        while (true) {
            Frame frame = socket(connection).next();
            assertThat(frame.opcode()).isEqualTo(RawSocket.BINARY);
            JsonObject message = new JsonObject(text(connection, frame));
            if (message.getInteger("type") != 5) {
                return message;
            }
            Difference.FENCE_BEHIND_WELCOME.seen();
            sendTo(
                    connection,
                    new JsonObject()
                            .put("type", 6)
                            .put("documentId", message.getString("documentId"))
                            .put("originalTimestamp", message.getValue("timestamp"))
                            .put("responseTimestamp", 1));
        }
    }

    private String text(int connection, Frame frame) {
        if (!compressing.contains(connection)) {
            return new String(frame.payload(), StandardCharsets.UTF_8);
        }
        try {
            return new String(
                    Compressor.GZIP
                            .decompress(new ByteArrayInputStream(frame.payload()))
                            .readAllBytes(),
                    StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In type, fields and meaning. Session ids are told apart, clocks of the server and words for people are not. */
    private boolean isEqual(JsonObject recorded, JsonObject ours) {
        if (!recorded.fieldNames().equals(ours.fieldNames())
                || !recorded.getInteger("type").equals(ours.getInteger("type"))) {
            return false;
        }
        JsonObject expected = new JsonObject(translated(recorded.encode()));
        return recorded.fieldNames().stream().allMatch(field -> switch (field) {
            case "responseTimestamp", "message" -> true;
            case "sessionId" -> isSameSession(recorded.getString(field), ours.getString(field));
            case "versionVector" -> isSameVector(recorded, ours);
            case "snapshot" -> isSameSnapshot(recorded, ours);
            case "changes" -> areSameChanges(recorded, ours);
            default -> Objects.equals(expected.getValue(field), ours.getValue(field));
        });
    }

    private boolean isSameSession(String recorded, String ours) {
        return ours.equals(ourSessionIds.computeIfAbsent(recorded, any -> ours));
    }

    private boolean isSameSnapshot(JsonObject recorded, JsonObject ours) {
        if (recorded.getValue("snapshot") != null && ANSWERS.contains(recorded.getInteger("type"))) {
            Difference.HISTORY_NOT_SNAPSHOT.seen();
            return ours.getValue("snapshot") == null;
        }
        return Objects.equals(recorded.getValue("snapshot"), ours.getValue("snapshot"));
    }

    /** A peer whose whole history was pruned before the recording began is not known here. */
    private boolean isSameVector(JsonObject recorded, JsonObject ours) {
        VersionVector.Builder expected = VersionVector.builder();
        vector(recorded).forEach((peer, clock) -> {
            boolean isPruned = session.serverSnapshot() != null
                    && session.serverSnapshot().versionVector().covers(peer, clock);
            if (!isPruned) {
                expected.update(peer, clock);
            }
        });
        return expected.build().equals(vector(ours));
    }

    private static VersionVector vector(JsonObject message) {
        return VersionVector.decode(Base64.getDecoder().decode(message.getString("versionVector")));
    }

    private boolean areSameChanges(JsonObject recorded, JsonObject ours) {
        List<Object> expected = recorded.getJsonArray("changes").stream().toList();
        List<Object> actual = ours.getJsonArray("changes").stream().toList();
        if (!ANSWERS.contains(recorded.getInteger("type"))) {
            return expected.equals(actual);
        }
        Set<OperationId> expectedIds = ids(expected);
        Set<OperationId> actualIds = ids(actual);
        return recorded.getValue("snapshot") == null
                ? expectedIds.equals(actualIds) && expected.size() == actual.size()
                : actualIds.containsAll(expectedIds) && actualIds.size() == actual.size();
    }

    private static Set<OperationId> ids(List<Object> base64) {
        Set<OperationId> ids = new HashSet<>();
        Blobs.changes(base64.stream().map(String::valueOf).toList()).forEach(change -> ids.add(change.id()));
        return ids;
    }

    private void assertNothingElse(int connection) {
        sendTo(
                connection,
                new JsonObject().put("type", 5).put("documentId", "the end").put("timestamp", 1));
        List<JsonObject> left = arrived.computeIfAbsent(connection, any -> new ArrayList<>());
        for (JsonObject message = next(connection);
                !"the end".equals(message.getString("documentId"));
                message = next(connection)) {
            left.add(message);
        }
        assertThat(left)
                .as("what the recorded server did not send to connection " + connection)
                .isEmpty();
    }

    @Override
    public void close() {
        sockets.values().forEach(RawSocket::close);
    }
}
