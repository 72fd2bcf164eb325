package dev.weft.server.document.host;

import dev.weft.crdt.history.HistoryBlock;
import dev.weft.server.bus.OwnerMessage;
import java.util.List;

/**
 * A document while its owner hosts it. Confined to one context; every method is one input and returns what is to be done
 * because of it. Times are milliseconds of a clock that never goes backwards.
 */
public interface Hosted {
    /** The ownership under which this document is hosted; every message it sends carries it. */
    long epoch();

    List<HostEffect> receive(OwnerMessage message, long nowMillis);

    /** Everything up to this position is durable. */
    List<HostEffect> persisted(long upToPosition, long nowMillis);

    /**
     * The last {@link HostEffect.Persist} did not succeed.
     *
     * @param stale whether the store has seen a higher epoch: nothing is written under this one any more; otherwise it is
     *     tried again on a later tick
     */
    List<HostEffect> persistFailed(boolean stale, long nowMillis);

    /** What became of the last {@link HostEffect.Compact}. */
    List<HostEffect> compacted(long upToPosition, boolean succeeded);

    /** The store keeps the entries from this position on in a block; memory may do the same. */
    default void packed(long firstPosition, HistoryBlock block) {}

    /** A node is gone, and its links with it. */
    List<HostEffect> nodeLeft(String nodeId);

    /** Time has passed; due at least every {@link HostLimits#tickMillis()}. */
    List<HostEffect> tick(long nowMillis);

    /**
     * The store has a newer owner whom nobody here can reach: go on merging and telling ahead, but write and acknowledge
     * nothing. Ends with {@link #dismiss}.
     */
    List<HostEffect> detach(long nowMillis);

    /** Tells everybody who follows to look for another owner. @param hint the node that may be it, or null */
    List<HostEffect> dismiss(String hint);

    /** What it occupies in memory, roughly. */
    long residentBytes();

    /** Whether everything that was accepted is durable. */
    boolean isDurable();

    /** Whether no link follows and nothing waits to become durable. */
    boolean isIdle();
}
