package dev.weft.client;

import dev.weft.protocol.message.Ack;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.protocol.message.StateRequest;
import dev.weft.protocol.message.Welcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The relay mode of the reference server for one room, written from the specification with its weaknesses: an upload is
 * believed whatever it says, and whoever has not said hello is ignored.
 */
public final class ReferenceRelay {
    private final String documentId;
    private final BiConsumer<String, Message> out;
    private final LongSupplier clock;
    private final int compactAbove;
    private final long compactIntervalMillis;
    private final Map<String, String> joined = new LinkedHashMap<>();
    private final TreeMap<Long, String> log = new TreeMap<>();
    private String snapshot;
    private long lastSeq;
    private long askedAt = Long.MIN_VALUE;
    private int sessions;
    private Consumer<SnapshotUpload> onUpload = upload -> {};

    public ReferenceRelay(
            String documentId,
            BiConsumer<String, Message> out,
            LongSupplier clock,
            int compactAbove,
            long compactIntervalMillis) {
        this.documentId = documentId;
        this.out = out;
        this.clock = clock;
        this.compactAbove = compactAbove;
        this.compactIntervalMillis = compactIntervalMillis;
    }

    /** Looks at an upload before it is stored. */
    public ReferenceRelay onUpload(Consumer<SnapshotUpload> inspector) {
        onUpload = inspector;
        return this;
    }

    public synchronized void receive(String session, Message message) {
        if (message instanceof Ping ping) {
            out.accept(session, new Pong(ping.documentId(), ping.timestamp(), ping.timestamp() + 1));
        } else if (message instanceof Hello) {
            joined.putIfAbsent(session, "member-" + ++sessions);
            out.accept(session, welcome(session));
        } else if (!joined.containsKey(session)) {
            return;
        } else if (message instanceof StateRequest) {
            out.accept(session, welcome(session));
        } else if (message instanceof Push push) {
            append(session, push.changes());
        } else if (message instanceof SnapshotUpload upload) {
            onUpload.accept(upload);
            snapshot = upload.snapshot();
            log.headMap(upload.upToSeq(), true).clear();
            askedAt = Long.MIN_VALUE;
        }
    }

    private Welcome welcome(String session) {
        return new Welcome(
                documentId,
                joined.get(session),
                snapshot,
                new ArrayList<>(log.values()),
                lastSeq,
                log.size(),
                shouldAsk(),
                Set.of());
    }

    private void append(String session, List<String> blobs) {
        if (blobs.isEmpty()) {
            return;
        }
        blobs.forEach(blob -> log.put(++lastSeq, blob));
        out.accept(session, new Ack(documentId, lastSeq, blobs.size(), log.size(), shouldAsk()));
        for (String other : List.copyOf(joined.keySet())) {
            if (!other.equals(session)) {
                out.accept(other, new RelayChanges(documentId, blobs, lastSeq, joined.get(session)));
            }
        }
    }

    private boolean shouldAsk() {
        long now = clock.getAsLong();
        if (log.size() <= compactAbove || askedAt != Long.MIN_VALUE && now - askedAt < compactIntervalMillis) {
            return false;
        }
        askedAt = now;
        return true;
    }

    public synchronized void disconnected(String session) {
        joined.remove(session);
    }

    /** A restart of a relay that keeps its rooms in memory. */
    public synchronized void loseStore() {
        log.clear();
        snapshot = null;
        lastSeq = 0;
        joined.clear();
    }

    public synchronized String snapshot() {
        return snapshot;
    }

    public synchronized Map<Long, String> log() {
        return new TreeMap<>(log);
    }

    public synchronized long lastSeq() {
        return lastSeq;
    }
}
