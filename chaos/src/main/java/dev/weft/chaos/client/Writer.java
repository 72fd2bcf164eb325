package dev.weft.chaos.client;

import dev.weft.crdt.id.OperationId;
import io.vertx.core.Future;
import java.util.List;
import java.util.Set;

/** Somebody who writes into one document and remembers what became of it. Methods may be called from any thread. */
public interface Writer {
    String name();

    boolean isRelay();

    /** Connects; completes once the server has answered the first time. */
    Future<Void> start();

    /** Makes one edit, connected or not. */
    void write();

    /** The edits made so far, in order, with what was promised about them. */
    List<Written> written();

    /** Whether nothing is on its way that the server should know, as far as this client can tell. */
    Future<Boolean> isSettled();

    Future<View> view();

    /** How often it had to connect again after the first time. */
    int reconnects();

    /** Leaves without a word, never to come back. What it held is gone. */
    Future<Void> leave();

    /** One line for a report. */
    String describe();

    /**
     * One edit.
     *
     * @param changes what it made
     * @param madeNanos when, by {@link System#nanoTime}
     * @param acknowledgedNanos when it was told that the edit is durable; 0 while it was not
     */
    record Written(Set<OperationId> changes, long madeNanos, long acknowledgedNanos) {
        public boolean isAcknowledged() {
            return acknowledgedNanos != 0;
        }
    }
}
