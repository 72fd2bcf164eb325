package dev.weft.testkit.stock;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.Snapshot;
import dev.weft.protocol.message.Ack;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.protocol.message.StateRequest;
import dev.weft.protocol.message.Welcome;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** The reference client of a relay room (spec protocol 6.5). */
public final class StockRelayClient extends StockClient {
    private static final long PAUSE_MILLIS = 500;
    private static final long PAUSE_MILLIS_MAX = 10_000;
    private static final long JITTER_MILLIS = 250;
    private static final int DOUBLINGS_MAX = 20;

    private final List<String> queue = new ArrayList<>();
    private int inFlight;
    private boolean isWelcomed;
    private long maxContiguous;
    private final TreeMap<Long, Long> detached = new TreeMap<>();

    public StockRelayClient(StockHost host, String documentId, Document document, long pingMillis) {
        super(host, documentId, document, pingMillis);
    }

    @Override
    Message greeting() {
        return new Hello(documentId, document.peerId(), Set.of());
    }

    @Override
    Message ping() {
        return new Ping(documentId, host.nowMillis(), null);
    }

    @Override
    long pauseBefore(int attemptNumber) {
        long wait = Math.min(PAUSE_MILLIS << Math.min(attemptNumber, DOUBLINGS_MAX), PAUSE_MILLIS_MAX);
        return wait + host.jitter(JITTER_MILLIS);
    }

    @Override
    void interrupted() {
        inFlight = 0;
        isWelcomed = false;
    }

    /** How many changes, the newest, no relay has acknowledged. */
    public int unacknowledged() {
        return queue.size();
    }

    @Override
    public boolean hasUnsent() {
        return !queue.isEmpty();
    }

    @Override
    public void edited(Change change) {
        queue.add(Blobs.of(change));
        flush();
    }

    @Override
    public void requestSync() {
        send(new StateRequest(documentId));
    }

    @Override
    boolean resynchronise() {
        return false;
    }

    @Override
    void handle(Message message) {
        if (message instanceof Welcome welcome) {
            welcomed(welcome);
        } else if (message instanceof Ack ack) {
            queue.subList(0, (int) Math.min(ack.count(), inFlight)).clear();
            inFlight = 0;
            hold(ack.seq() - ack.count(), ack.seq());
            flush();
            upload(ack.compact(), ack.seq());
        } else if (message instanceof RelayChanges changes) {
            importBatch(Blobs.changes(changes.changes()));
            hold(changes.seq() - changes.changes().size(), changes.seq());
        }
    }

    private void welcomed(Welcome welcome) {
        handshakeAnswered(welcome.sessionId());
        isWelcomed = true;
        inFlight = 0;
        if (welcome.snapshot() != null) {
            document.mergeSnapshot(Snapshot.decode(Base64.getDecoder().decode(welcome.snapshot())), false);
        }
        importBatch(Blobs.changes(welcome.changes()));
        hold(Math.min(0, maxContiguous), welcome.seq());
        flush();
        upload(welcome.compact(), welcome.seq());
    }

    private void flush() {
        if (isWelcomed && inFlight == 0 && !queue.isEmpty()) {
            inFlight = queue.size();
            send(new Push(documentId, List.copyOf(queue)));
        }
    }

    private void hold(long after, long upTo) {
        if (upTo <= after) {
            return;
        }
        detached.merge(after, upTo, Math::max);
        while (!detached.isEmpty() && detached.firstKey() <= maxContiguous) {
            maxContiguous = Math.max(maxContiguous, detached.pollFirstEntry().getValue());
        }
    }

    private void upload(boolean asked, long seq) {
        long upToSeq = Math.min(seq, maxContiguous);
        if (asked && upToSeq > 0) {
            byte[] snapshot = document.takeSnapshot(false).encode();
            send(new SnapshotUpload(documentId, Base64.getEncoder().encodeToString(snapshot), upToSeq));
        }
    }
}
