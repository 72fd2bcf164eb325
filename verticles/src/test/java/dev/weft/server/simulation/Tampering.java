package dev.weft.server.simulation;

import dev.weft.protocol.message.Message;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.link.LinkEffect.Suspect;
import dev.weft.server.registry.DocumentKey;
import java.util.Set;

/**
 * Stands between the state machines and their world and changes nothing. The broken variants override one method each,
 * to see whether the simulation notices.
 */
class Tampering {
    static final Tampering NONE = new Tampering();

    /** What a gateway hears from a client; null drops it. */
    Message fromClient(String sessionId, Message message) {
        return message;
    }

    /** What a link says to an owner; null drops it. */
    OwnerMessage toOwner(OwnerMessage message) {
        return message;
    }

    /** What a link hears from an owner; null drops it. */
    LinkMessage toLink(LinkMessage message, Witness witness) {
        return message;
    }

    /** Whom a router is told to avoid. */
    Suspect suspect(Suspect suspect) {
        return suspect;
    }

    /** A document that begins to be hosted. */
    Hosted hosted(DocumentKey key, Hosted hosted) {
        return hosted;
    }

    /** The epoch a write carries when it reaches the store. */
    long epochOfWrite(DocumentKey key, long epoch, Witness witness) {
        return epoch;
    }

    /** Which nodes a node takes for members of the cluster. @param ever those there have ever been */
    Set<String> members(Set<String> now, Set<String> ever) {
        return now;
    }

    /** Whether a link that has too much on its hands is obeyed. */
    boolean pausesReading() {
        return true;
    }

    /** Whether a node that leaves lets go of its documents before its sessions. */
    boolean drainsInOrder() {
        return true;
    }

    boolean claimsOneAtATime() {
        return true;
    }
}
