package dev.weft.server.gateway;

import dev.weft.server.registry.DocumentKey;
import io.vertx.core.http.ServerWebSocket;
import java.util.HashSet;
import java.util.Set;

/** Why a socket is not read; it is read again as soon as there is no reason left. Confined to the context of the gateway. */
final class ReadPauses {
    /** Why nothing is read, besides full links. */
    enum Waiting {
        FOR_RIGHTS,
        FOR_PLUGINS,
        FOR_RATE,
        FOR_DECODING,
        FOR_ITS_READING
    }

    private final ServerWebSocket socket;

    /** Documents whose links are full, and {@link Waiting}. */
    private final Set<Object> reasons = new HashSet<>();

    ReadPauses(ServerWebSocket socket) {
        this.socket = socket;
    }

    boolean isPaused() {
        return !reasons.isEmpty();
    }

    boolean isPausedFor(Waiting reason) {
        return reasons.contains(reason);
    }

    /** @return whether it was not paused for this reason already */
    boolean pauseFor(Waiting reason) {
        return pause(reason);
    }

    /** The link of this document takes nothing more. */
    void pauseFor(DocumentKey full) {
        pause(full);
    }

    private boolean pause(Object reason) {
        boolean isNew = reasons.add(reason);
        if (isNew && reasons.size() == 1 && !socket.isClosed()) {
            socket.pause();
        }
        return isNew;
    }

    void resumeFrom(Waiting reason) {
        resume(reason);
    }

    void resumeFrom(DocumentKey full) {
        resume(full);
    }

    private void resume(Object reason) {
        if (reasons.remove(reason) && reasons.isEmpty() && !socket.isClosed()) {
            socket.resume();
        }
    }
}
