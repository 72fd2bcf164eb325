package dev.weft.server.registry;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the owner of a document is, as seen by one node. A directory, not an authority: after a partition two nodes may
 * both be in it, each in its half; the store's epochs decide who may write.
 *
 * <p>Thread-safe and asynchronous: nothing blocks. A future completes on the caller's Vert.x context if it has one. What
 * fails, fails with {@link RegistryUnavailableException}; every call may be repeated with the same arguments.
 */
public interface OwnershipRegistry {
    String localNode();

    Future<Optional<Ownership>> lookup(DocumentKey key);

    /**
     * Asks for a document. Granted if nobody owns it, or its owner has let go of it, is exactly the one presumed dead,
     * is no member of the cluster, or is a forgotten claim of the claiming node itself.
     *
     * @return the entry after the call: ours, {@link Ownership#isClaim} tells, or the other's
     */
    Future<Ownership> claim(DocumentKey key, Claim claim);

    /**
     * Says that the claim now holds this epoch of the store.
     *
     * @return false if the claim is gone from the registry; then {@link #reassert} decides by epoch
     */
    Future<Boolean> activate(DocumentKey key, String claimId, long epoch);

    /**
     * Lets go of a document. Never touches another's entry.
     *
     * @param hint the node that takes over in a planned hand-off; null if nobody is known to
     * @return false if the document has another owner already
     */
    Future<Boolean> release(DocumentKey key, String claimId, String hint);

    /**
     * A hosting owner insists, after entries may have been lost or merged.
     *
     * @return the entry after the call: {@code mine}, or one that outranks it, before which the caller steps down
     */
    Future<Ownership> reassert(DocumentKey key, Ownership mine);

    /** The documents that a node owns or claims; reads the whole directory, so for people and for draining only. */
    Future<List<DocumentKey>> ownedBy(String nodeId);

    /** Documents owned or claimed, by node; nodes without any are missing. Reads the whole directory. */
    Future<Map<String, Integer>> loads();

    /** The nodes of the cluster as seen now, this one included, oldest first. */
    Set<String> members();

    /** Whether every entry has all its copies, at the last look a moment ago; a node should not be stopped otherwise. */
    boolean isClusterSafe();

    /** The listener hears of what happens from now on, until {@link #ignore}. */
    void listen(RegistryListener listener);

    void ignore(RegistryListener listener);

    /** Stops listening and gives back threads; the directory itself stays. Calls made later fail. */
    Future<Void> close();
}
