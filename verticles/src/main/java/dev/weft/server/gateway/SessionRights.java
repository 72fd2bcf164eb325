package dev.weft.server.gateway;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.PeerId;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.server.auth.Access;
import dev.weft.server.auth.Rights;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What of a message may pass, given the rights of its sender. A stock client sends back every change it receives, and
 * after a loss also what others wrote, so changes that the document has are passed over in silence, whoever wrote them:
 * only what is new and not allowed is refused.
 */
record SessionRights(Rights rights) {
    /**
     * @param message what may pass; null if nothing
     * @param refusal what to tell the sender; null if nothing was refused
     */
    record Passage(Message message, String refusal) {}

    /** @param isKnown whether the document has a change already */
    Passage check(Message message, Predicate<Change> isKnown) {
        if (!rights.access().allows(Access.READ)) {
            return new Passage(null, "You may not open this document");
        }
        if (message instanceof HandshakeRequest handshake && !mayJoinAs(handshake.author())
                || message instanceof Hello hello && !mayJoinAs(hello.author())) {
            return new Passage(null, "You may not write as this peer");
        }
        if (message instanceof Push || message instanceof SnapshotUpload) {
            return mayWrite() ? new Passage(message, null) : new Passage(null, "You may only read this document");
        }
        if (message instanceof ChangeMessage one) {
            return changes(message, List.of(one.change()), isKnown);
        }
        return message instanceof ChangesMessage many
                ? changes(message, many.changes(), isKnown)
                : new Passage(message, null);
    }

    private boolean mayWrite() {
        return rights.access().allows(Access.WRITE);
    }

    /** Who only reads may call itself what it likes. */
    private boolean mayJoinAs(PeerId author) {
        return !mayWrite() || rights.peers().contains(author);
    }

    private Passage changes(Message message, List<Change> changes, Predicate<Change> isKnown) {
        if (mayWrite() && rights.peers().isAny()) {
            return new Passage(message, null);
        }
        List<Change> allowed = new ArrayList<>(changes.size());
        String refusal = null;
        for (Change change : changes) {
            if (mayWrite() && rights.peers().contains(change.author())) {
                allowed.add(change);
            } else if (!isKnown.test(change)) {
                refusal = mayWrite() ? "You may not write as " + change.author() : "You may only read this document";
            }
        }
        if (allowed.size() == changes.size()) {
            return new Passage(message, null);
        }
        return new Passage(allowed.isEmpty() ? null : new ChangesMessage(message.documentId(), allowed), refusal);
    }
}
