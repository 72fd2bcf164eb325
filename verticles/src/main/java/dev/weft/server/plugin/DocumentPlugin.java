package dev.weft.server.plugin;

import dev.weft.server.bus.LinkAddress;

/**
 * The side of a plugin that sits beside the owner of one document. A plain state machine on the document's context; its
 * state is lost with the owner, and the links say again what they know. What it throws is reported and otherwise ignored.
 */
public interface DocumentPlugin {
    /** The other side of this plugin, beside a link, says something. */
    default void fromLink(LinkAddress link, byte[] payload, Output out) {}

    /** A link is gone, and its sessions with it. */
    default void linkGone(LinkAddress link, Output out) {}

    /** What a plugin may do. Valid during the call only. */
    interface Output {
        void toLink(LinkAddress link, byte[] payload);

        /** @param except a link that does not get it, or null */
        void toLinks(LinkAddress except, byte[] payload);

        void report(String what);
    }
}
