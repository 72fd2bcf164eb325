package dev.weft.server.simulation;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.map.MapHandler;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Message;
import dev.weft.server.registry.DocumentKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A person with a document: edits, goes offline and comes back. Subclasses know how their client library behaves. */
abstract class SimulatedClient {
    private static final int TEXT_MAX = 200;
    private static final int KEYS = 5;

    final Simulation simulation;
    private final String name;
    private final DocumentKey key;
    final Document document;
    private final TextHandler text;
    private final MapHandler<String> map;
    private final List<OperationId> made = new ArrayList<>();
    SimulatedSocket socket;
    private boolean isStalled;
    boolean isWanted;

    SimulatedClient(Simulation simulation, String name, DocumentKey key, PeerId peer) {
        this.simulation = simulation;
        this.name = name;
        this.key = key;
        this.document = new Document(DocumentOptions.builder()
                .peerId(peer)
                .documentId(key.id())
                .wallClock(simulation.schedule()::now)
                .build());
        this.text = new TextHandler(document, "text");
        this.map = new MapHandler<>(document, "map", DartType.STRING);
        document.onLocalChange(change -> {
            made.add(change.id());
            simulation.trace().add(name, "makes", change);
            edited(change);
        });
    }

    String name() {
        return name;
    }

    DocumentKey key() {
        return key;
    }

    PeerId peer() {
        return document.peerId();
    }

    boolean isStalled() {
        return isStalled;
    }

    /** Stops reading its socket for a while. */
    void stall(long millis) {
        if (isStalled) {
            return;
        }
        isStalled = true;
        simulation.trace().add(name, "stops reading for", millis, "ms");
        simulation.schedule().after(millis, () -> {
            isStalled = false;
            if (socket != null) {
                socket.readOn();
            }
        });
    }

    // What a person does.

    abstract void connect();

    abstract void disconnect();

    void edit(Random random) {
        int length = text.length();
        switch (random.nextInt(6)) {
            case 0, 1, 2 -> {
                if (length < TEXT_MAX) {
                    text.insert(random.nextInt(length + 1), String.valueOf((char) ('a' + random.nextInt(26))));
                } else {
                    text.delete(0, length / 2);
                }
            }
            case 3 -> {
                if (length > 0) {
                    text.delete(random.nextInt(length), 1);
                }
            }
            case 4 -> map.set("k" + random.nextInt(KEYS), name + random.nextInt(1_000));
            default -> map.delete("k" + random.nextInt(KEYS));
        }
    }

    // What its library does.

    /** A local change. */
    abstract void edited(Change change);

    abstract void heard(SimulatedSocket from, Message message);

    /** A socket it has not let go of is gone. */
    abstract void socketGone(SimulatedSocket gone);

    /** Whether it believes that the server has everything and that it is connected. */
    abstract boolean isSettled();

    // What tests look at.

    boolean holds(OperationId id) {
        return document.history().contains(id)
                || document.lastSnapshot() != null
                        && document.lastSnapshot().versionVector().covers(id);
    }

    List<OperationId> madeUpTo(VersionVector vector) {
        return made.stream().filter(vector::covers).toList();
    }

    List<OperationId> made() {
        return made;
    }

    /** Everything a person would see. */
    String content() {
        Map<String, String> sorted = new TreeMap<>(map.value());
        return text.value() + " " + sorted;
    }

    @Override
    public String toString() {
        return name;
    }
}
