package dev.weft.testkit.stock;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.ImportResult;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** The reference client of an aware document (spec protocol 5). */
public final class StockAwareClient extends StockClient {
    private static final int ATTEMPTS_MAX = 5;
    private static final long PAUSE_MILLIS = 1_000;

    public StockAwareClient(StockHost host, String documentId, Document document, long pingMillis) {
        super(host, documentId, document, pingMillis);
    }

    @Override
    Message greeting() {
        return new HandshakeRequest(documentId, document.peerId(), document.versionVector(), Set.of());
    }

    @Override
    Message ping() {
        return new Ping(documentId, host.nowMillis(), document.versionVector());
    }

    @Override
    long pauseBefore(int attemptNumber) {
        return attemptNumber < ATTEMPTS_MAX ? PAUSE_MILLIS : -1;
    }

    @Override
    void interrupted() {
        // There is no queue: what was not sent goes out with the next handshake.
    }

    @Override
    public boolean hasUnsent() {
        return false;
    }

    @Override
    public void edited(Change change) {
        send(new ChangeMessage(documentId, change));
    }

    @Override
    public void requestSync() {
        send(new DocumentStatusRequest(documentId, document.versionVector()));
    }

    @Override
    boolean resynchronise() {
        // Not coalesced: so many errors, so many requests (spec protocol 5.7).
        requestSync();
        return true;
    }

    @Override
    void handle(Message message) {
        if (message instanceof HandshakeResponse response) {
            handshakeAnswered(response.sessionId());
            takeIn(response.snapshot(), response.changes(), response.versionVector());
        } else if (message instanceof DocumentStatus status) {
            takeIn(status.snapshot(), status.changes(), status.versionVector());
        } else if (message instanceof ChangeMessage change) {
            takeIn(change.change());
        }
        // A frame with several changes is one of those it ignores.
    }

    private void takeIn(Change change) {
        ImportResult result = document.importAll(List.of(change));
        if (!result.applied().isEmpty()) {
            // The document tells of it as if it had been made here, so it goes back (spec protocol 5.5).
            send(new ChangeMessage(documentId, change));
        } else if (!result.notReady().isEmpty() || !result.refused().isEmpty()) {
            requestSync();
        }
    }

    private void takeIn(Snapshot snapshot, List<Change> changes, VersionVector serverVersion) {
        if (snapshot == null) {
            importBatch(changes);
        } else if (document.importSnapshot(snapshot, true)) {
            importBatch(changes);
        }
        // A snapshot that is refused takes the changes with it.
        List<Change> newer = new ArrayList<>(document.exportChangesNewerThan(serverVersion));
        // Grouped by author, not in causal order (spec protocol 5.4).
        newer.sort(Comparator.comparing((Change change) -> change.author()).thenComparing(Change::clock));
        if (!newer.isEmpty()) {
            send(new ChangesMessage(documentId, newer));
        }
    }
}
