package dev.weft.server.conformance;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.id.PeerId;
import dev.weft.protocol.codec.Compressor;
import dev.weft.server.kit.Vectors;
import dev.weft.testkit.stock.Blobs;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * One recorded conversation between the reference's server and clients; see the README of the vectors.
 *
 * @param hasConverged whether all ended with the same content; where not, a weakness of the reference was recorded
 */
record RecordedSession(
        String name,
        String documentId,
        boolean isRelay,
        boolean hasConverged,
        List<Change> serverChanges,
        Snapshot serverSnapshot,
        List<Client> clients,
        List<Event> events,
        JsonObject end) {
    record Client(String label, boolean isRelay, PeerId peer, String documentId, List<Change> initialChanges) {}

    /** One line of the recording. {@code json} is null unless it is a data frame with a JSON object in it. */
    record Event(int index, JsonObject fields, JsonObject json) {
        String client() {
            return fields.getString("client");
        }

        int connection() {
            return fields.getInteger("connection");
        }

        boolean isFrame(String direction) {
            return fields.getString("kind").equals("frame")
                    && fields.getString("dir").equals(direction);
        }

        boolean isData() {
            return Set.of("text", "binary").contains(fields.getString("opcode", ""));
        }

        boolean isText() {
            return fields.getString("opcode").equals("text");
        }

        boolean isAction(String name) {
            return name.equals(fields.getString("action"));
        }

        boolean isCompressed() {
            return fields.containsKey("compressed");
        }

        int type() {
            return fields.getInteger("type", -1);
        }

        /** The payload as the WebSocket carried it, without permessage-deflate. */
        byte[] bytes() {
            return fields.containsKey("frame")
                    ? Base64.getDecoder().decode(fields.getString("frame"))
                    : fields.getString("text", "").getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return index + " " + fields.getString("dir", fields.getString("kind")) + " " + client() + " "
                    + (json == null ? fields.getString("text") : json.encode());
        }
    }

    static RecordedSession read(String name) {
        JsonObject recorded = Vectors.read("sessions/" + name);
        JsonObject server = recorded.getJsonObject("server");
        String snapshot = server.getString("snapshot");
        List<Client> clients = new ArrayList<>();
        for (JsonObject client : objects(recorded.getJsonArray("clients"))) {
            clients.add(new Client(
                    client.getString("label"),
                    client.getString("kind").equals("relay"),
                    PeerId.parse(client.getString("peerId")),
                    client.getString("documentId"),
                    changes(client.getJsonArray("initialChanges"))));
        }
        List<Event> events = new ArrayList<>();
        for (JsonObject event : objects(recorded.getJsonArray("events"))) {
            events.add(new Event(events.size(), event, jsonOf(event)));
        }
        return new RecordedSession(
                name,
                server.getString("documentId"),
                server.getString("kind").equals("relay"),
                recorded.getBoolean("converged", true),
                changes(server.getJsonArray("changes", new JsonArray())),
                snapshot == null ? null : Snapshot.decode(Base64.getDecoder().decode(snapshot)),
                clients,
                events,
                recorded.getJsonObject("final"));
    }

    /** What this client did, and what happened to it. */
    List<Event> eventsOf(String label) {
        return events.stream().filter(event -> label.equals(event.client())).toList();
    }

    boolean hasPresence() {
        return events.stream().anyMatch(event -> event.isFrame("s2c") && event.type() >= 100);
    }

    private static JsonObject jsonOf(JsonObject event) {
        if (!event.getString("kind").equals("frame") || !event.containsKey("type")) {
            return null;
        }
        String text = event.getString("text");
        return new JsonObject(text != null ? text : inflated(event.getString("frame")));
    }

    private static String inflated(String frame) {
        try {
            byte[] bytes = Base64.getDecoder().decode(frame);
            return new String(
                    Compressor.GZIP.decompress(new ByteArrayInputStream(bytes)).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Change> changes(JsonArray base64) {
        return Blobs.changes(base64.stream().map(String::valueOf).toList());
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast).toList();
    }
}
