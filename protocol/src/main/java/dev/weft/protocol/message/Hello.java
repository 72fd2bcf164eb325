package dev.weft.protocol.message;

import dev.weft.crdt.id.PeerId;
import java.util.Set;

/**
 * Joins a room.
 *
 * @param capabilities extensions asked for; empty for a stock client
 */
public record Hello(String documentId, PeerId author, Set<String> capabilities) implements RelayMessage {
    public Hello {
        capabilities = Set.copyOf(capabilities);
    }

    @Override
    public MessageType type() {
        return MessageType.HELLO;
    }
}
