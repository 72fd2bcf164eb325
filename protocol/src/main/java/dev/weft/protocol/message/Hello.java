package dev.weft.protocol.message;

import dev.weft.crdt.id.PeerId;
import java.util.Set;

/**
 * Joins a room.
 *
 * @param capabilities extensions asked for; empty for a stock client
 * @param resume up to where the client holds the log; null to begin anew
 */
public record Hello(String documentId, PeerId author, Set<String> capabilities, ResumePoint resume)
        implements RelayMessage {
    public Hello {
        capabilities = Set.copyOf(capabilities);
    }

    /** Begins anew. */
    public Hello(String documentId, PeerId author, Set<String> capabilities) {
        this(documentId, author, capabilities, null);
    }

    @Override
    public MessageType type() {
        return MessageType.HELLO;
    }
}
