package dev.weft.server.plugin;

import dev.weft.server.bus.LinkAddress;
import java.util.List;

/**
 * The side of a plugin that sits beside the owner of one document, in the order of the document's life there. A plain
 * state machine on the document's context; its state is lost with the owner, and the links say again what they know.
 * What it throws is reported and otherwise ignored, except where it was asked.
 */
public interface DocumentPlugin {
    /** This node owns the document now. @param lastPosition of its log; 0 if it is new */
    default void loaded(long epoch, long lastPosition, Output out) {}

    /**
     * Changes came, and are applied next. A refusal goes to their author as an error. Some may be known already: clients
     * and gateways repeat what was not confirmed. What the hook throws counts as a refusal.
     *
     * @param sessionId their author
     * @param changes as they travel: changes in binary ({@code Change.decode}), or the blobs of a relay client
     */
    default Verdict changing(String sessionId, List<byte[]> changes, Output out) {
        return Verdict.ALLOW;
    }

    /**
     * Changes are durable, and are broadcast next.
     *
     * @param sessionId their author; null if the owner that took them in is gone
     * @param lastPosition the log position of the last
     */
    default void changed(String sessionId, long lastPosition, List<byte[]> changes, Output out) {}

    /** A snapshot replaces the stored log up to a position. */
    default void snapshotCreated(long upToPosition, Output out) {}

    /** The other side of this plugin, beside a link, says something. */
    default void fromLink(LinkAddress link, byte[] payload, Output out) {}

    /** A link is gone, and its sessions with it. */
    default void linkGone(LinkAddress link, Output out) {}

    /** This node does not own the document any more; the last call. */
    default void unloaded(Output out) {}

    /** What a plugin may do. Valid during the call only. */
    interface Output {
        void toLink(LinkAddress link, byte[] payload);

        /** @param except a link that does not get it, or null */
        void toLinks(LinkAddress except, byte[] payload);

        void report(String what);
    }
}
