package dev.weft.protocol.message;

import dev.weft.crdt.change.Change;
import java.util.List;

/** Several changes: towards the server always, towards a client only with {@link Capability#BATCH}; stock clients ignore it. */
public record ChangesMessage(String documentId, List<Change> changes) implements AwareMessage {
    public ChangesMessage {
        changes = List.copyOf(changes);
    }

    @Override
    public MessageType type() {
        return MessageType.CHANGES;
    }
}
