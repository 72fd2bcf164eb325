package dev.weft.client;

import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;

/**
 * Edits whose author wants to know when they are durable. Confined to the client's context. Edits of one author are
 * stamped in order and become durable in order, so the newest stamp of each tells all.
 */
final class AwaitedEdits {
    private record Awaited(long clock, Promise<Void> promise) {}

    private final PeerId peer;
    private final int editsMax;
    private final ArrayDeque<Awaited> awaited = new ArrayDeque<>();
    private VersionVector durable = VersionVector.EMPTY;
    private RuntimeException unknowable;

    AwaitedEdits(PeerId peer, int editsMax) {
        this.peer = peer;
        this.editsMax = editsMax;
    }

    /** @param clock the packed stamp of the edit's newest change */
    Future<Void> await(long clock) {
        if (durable.covers(peer, clock)) {
            return Future.succeededFuture();
        }
        if (unknowable != null) {
            return Future.failedFuture(unknowable);
        }
        if (awaited.size() >= editsMax) {
            return Future.failedFuture(
                    new DurabilityUnknownException("More than " + editsMax + " edits are awaited already"));
        }
        Promise<Void> promise = Promise.promise();
        awaited.add(new Awaited(clock, promise));
        return promise.future();
    }

    void durable(VersionVector versionVector) {
        durable = durable.merged(versionVector);
        // One by one from the front: whoever hears of its edit may make the next one, which comes to the end.
        while (!awaited.isEmpty() && durable.covers(peer, awaited.peek().clock())) {
            awaited.poll().promise().complete();
        }
    }

    /** The server that answered now can tell; edits from here on are awaited. */
    void knowable() {
        unknowable = null;
    }

    /** Nobody can tell for as long as this session lasts. */
    void unknowable(RuntimeException reason) {
        unknowable = reason;
        while (!awaited.isEmpty()) {
            awaited.poll().promise().fail(reason);
        }
    }
}
