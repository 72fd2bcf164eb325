package dev.weft.server.simulation;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.ImportResult;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.server.registry.DocumentKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** The reference client of an aware document (spec protocol 5). */
final class StockAwareClient extends StockClient {
    private static final int ATTEMPTS_MAX = 5;
    private static final long PAUSE_MILLIS = 1_000;

    StockAwareClient(Simulation simulation, String name, DocumentKey key, PeerId peer) {
        super(simulation, name, key, peer);
    }

    @Override
    Message greeting() {
        return new HandshakeRequest(key().id(), peer(), document.versionVector(), Set.of());
    }

    @Override
    Message ping() {
        return new Ping(key().id(), now(), document.versionVector());
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
    boolean hasUnsent() {
        return false;
    }

    @Override
    void edited(Change change) {
        send(new ChangeMessage(key().id(), change));
    }

    @Override
    void received(Message message) {
        if (message instanceof HandshakeResponse response) {
            handshakeAnswered();
            takeIn(response.changes(), response.versionVector());
        } else if (message instanceof DocumentStatus status) {
            takeIn(status.changes(), status.versionVector());
        } else if (message instanceof ChangeMessage change) {
            takeIn(change.change());
        } else if (message instanceof ErrorMessage error && error.code().equals(ErrorCode.OUT_OF_SYNC)) {
            send(new DocumentStatusRequest(key().id(), document.versionVector()));
        }
        // A frame with several changes is one of those it ignores.
    }

    private void takeIn(Change change) {
        ImportResult result = importOne(change);
        if (!result.applied().isEmpty()) {
            // The document tells of it as if it had been made here, so it goes back (spec protocol 5.5).
            send(new ChangeMessage(key().id(), change));
        } else if (!result.notReady().isEmpty() || !result.refused().isEmpty()) {
            send(new DocumentStatusRequest(key().id(), document.versionVector()));
        }
    }

    private void takeIn(List<Change> changes, VersionVector serverVersion) {
        importBatch(changes);
        List<Change> newer = new ArrayList<>(document.exportChangesNewerThan(serverVersion));
        // Grouped by author, not in causal order (spec protocol 5.4).
        newer.sort(Comparator.comparing((Change change) -> change.author()).thenComparing(Change::clock));
        if (!newer.isEmpty()) {
            send(new ChangesMessage(key().id(), newer));
        }
    }
}
