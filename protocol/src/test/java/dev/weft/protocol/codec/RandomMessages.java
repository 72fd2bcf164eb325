package dev.weft.protocol.codec;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.awareness.AwarenessQuery;
import dev.weft.protocol.awareness.AwarenessState;
import dev.weft.protocol.awareness.AwarenessUpdate;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.protocol.awareness.DocumentAwareness;
import dev.weft.protocol.message.Ack;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.DurableMessage;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.protocol.message.PositionMessage;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.ResumePoint;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.protocol.message.StateRequest;
import dev.weft.protocol.message.Welcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

/** Messages of every type from a seed, with every oddity a string or a number may have. */
final class RandomMessages {
    private final Random random;
    private final List<Supplier<Message>> kinds = List.of(
            () -> new HandshakeRequest(text(), peer(), vector(), capabilities(), resumeFrom()),
            () -> new HandshakeResponse(
                    text(), snapshotOrNull(), changes(), text(), vector(), capabilities(), resumption()),
            () -> new ChangeMessage(text(), change()),
            () -> new DocumentStatus(text(), snapshotOrNull(), changes(), vector()),
            () -> new DocumentStatusRequest(text(), vectorOrNull()),
            () -> new Ping(text(), number(), vectorOrNull()),
            () -> new Pong(text(), number(), number()),
            () -> new ErrorMessage(text(), text(), text()),
            () -> new ChangesMessage(text(), changes()),
            () -> new DurableMessage(text(), vector()),
            () -> new PositionMessage(text(), number()),
            () -> new Hello(text(), peer(), capabilities(), resumeFrom()),
            () -> new Welcome(
                    text(),
                    text(),
                    textOrNull(),
                    texts(),
                    number(),
                    number(),
                    random().nextBoolean(),
                    capabilities(),
                    resumption()),
            () -> new Push(text(), texts()),
            () -> new Ack(text(), number(), number(), number(), random().nextBoolean()),
            () -> new RelayChanges(text(), texts(), number(), textOrNull()),
            () -> new SnapshotUpload(text(), text(), number()),
            () -> new StateRequest(text()),
            () -> new AwarenessUpdate(text(), client()),
            () -> new AwarenessQuery(text()),
            () -> new AwarenessState(text(), new DocumentAwareness(text(), clients())));

    RandomMessages(Random random) {
        this.random = random;
    }

    private Random random() {
        return random;
    }

    Message next() {
        return kinds.get(random.nextInt(kinds.size())).get();
    }

    /** One of each type. */
    List<Message> ofEveryType() {
        return kinds.stream().map(Supplier::get).toList();
    }

    private boolean rarely() {
        return random.nextInt(4) == 0;
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            switch (random.nextInt(8)) {
                case 0 -> text.append((char) random.nextInt(0x20));
                case 1 -> text.append((char) random.nextInt(0x10000));
                case 2 -> text.append((char) (0xd800 + random.nextInt(0x800)));
                case 3 -> text.appendCodePoint(0x10000 + random.nextInt(0x100000));
                case 4 -> text.append("\"\\/\u007f\u2028\ufeff\b".charAt(random.nextInt(7)));
                default -> text.append((char) (' ' + random.nextInt(0x5f)));
            }
        }
        return text.toString();
    }

    private String textOrNull() {
        return rarely() ? null : text();
    }

    private List<String> texts() {
        return listOf(this::text);
    }

    private Set<String> capabilities() {
        return rarely() ? Set.of("ack", text() + "x") : Set.of();
    }

    private ResumePoint resumeFrom() {
        return rarely() ? new ResumePoint(text(), number() & Long.MAX_VALUE) : null;
    }

    private ResumePoint resumption() {
        return rarely() ? ResumePoint.of(text()) : resumeFrom();
    }

    private long number() {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(10);
            case 1 -> random.nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE;
            case 2 -> random.nextLong();
            default -> random.nextLong() >>> random.nextInt(64);
        };
    }

    private PeerId peer() {
        return new PeerId(random.nextLong() & ~0xf000L | 0x4000L, random.nextLong() >>> 2 | 1L << 63);
    }

    private OperationId operation() {
        return new OperationId(peer(), random.nextLong());
    }

    private VersionVector vector() {
        VersionVector.Builder vector = VersionVector.builder();
        for (int i = random.nextInt(4); i > 0; i--) {
            vector.update(operation());
        }
        return vector.build();
    }

    private VersionVector vectorOrNull() {
        return rarely() ? null : vector();
    }

    private Change change() {
        return Change.of(operation(), listOf(this::operation), blob());
    }

    private List<Change> changes() {
        return listOf(this::change);
    }

    private byte[] blob() {
        byte[] blob = new byte[random.nextInt(40)];
        random.nextBytes(blob);
        return blob;
    }

    private Snapshot snapshotOrNull() {
        if (rarely()) {
            return null;
        }
        Map<String, byte[]> data = new LinkedHashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            data.put("handler " + random.nextInt(), blob());
        }
        return Snapshot.of(vector(), data);
    }

    private ClientAwareness client() {
        return new ClientAwareness(text(), object(3));
    }

    private Map<String, ClientAwareness> clients() {
        Map<String, ClientAwareness> clients = new LinkedHashMap<>();
        listOf(this::client).forEach(client -> clients.put(client.clientId(), client));
        return clients;
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            object.put(text(), value(depth - 1));
        }
        return object;
    }

    private Object value(int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 6)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> number();
            case 3 -> Double.longBitsToDouble(random.nextLong() & ~(1L << 62));
            case 4 -> (double) random.nextInt(1000) / 8;
            case 5 -> text();
            case 6 -> object(depth);
            default -> new ArrayList<>(listOf(() -> value(depth - 1)));
        };
    }

    private <T> List<T> listOf(Supplier<T> element) {
        List<T> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(element.get());
        }
        return list;
    }
}
