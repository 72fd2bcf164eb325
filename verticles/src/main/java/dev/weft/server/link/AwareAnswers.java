package dev.weft.server.link;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.server.link.AwareSession.Reply;
import java.util.List;

/**
 * Tells a session what was read for it: as the answer to its handshake or its question, and what comes behind that, or is read
 * of the link's own accord, as if it were new. Confined to its link.
 */
final class AwareAnswers {
    /** A client that lacks so few changes gets them one by one, as if they were new. */
    private static final int SINGLE_CHANGES_MAX = 8;

    private final String documentId;
    private final DeliveredNumbers numbers;
    private final LinkPlugins plugins;
    private final LinkOutput output;

    AwareAnswers(String documentId, DeliveredNumbers numbers, LinkPlugins plugins, LinkOutput output) {
        this.documentId = documentId;
        this.numbers = numbers;
        this.plugins = plugins;
        this.output = output;
    }

    /** @param snapshot null if there is none */
    void answer(AwareSession session, Snapshot snapshot, List<Change> changes, VersionVector documentVersion) {
        Reply reply = session.reply;
        session.reply = Reply.NONE;
        boolean isStatus = reply == Reply.STATUS || reply == Reply.NONE && snapshot != null;
        if (reply == Reply.HANDSHAKE) {
            answerHandshake(session, snapshot, changes, documentVersion);
        } else if (isStatus) {
            output.toSession(session.id, new DocumentStatus(documentId, snapshot, changes, documentVersion));
        } else {
            sendChanges(session, changes, documentVersion);
        }
    }

    private void answerHandshake(
            AwareSession session, Snapshot snapshot, List<Change> changes, VersionVector documentVersion) {
        session.log = numbers.log();
        session.toldPosition = 0;
        session.holdsLost = false;
        VersionVector told = session.resume == null ? documentVersion : session.knownPartOf(documentVersion);
        output.toSession(
                session.id,
                new HandshakeResponse(
                        documentId, snapshot, changes, session.id, told, session.capabilities, session.resumption()));
        output.report(session.id, "handshake");
        plugins.joined(session.id);
    }

    private void sendChanges(AwareSession session, List<Change> changes, VersionVector documentVersion) {
        if (changes.size() <= SINGLE_CHANGES_MAX) {
            changes.forEach(change -> output.toSession(session.id, new ChangeMessage(documentId, change)));
        } else if (session.takesBatches()) {
            output.toSession(session.id, new ChangesMessage(documentId, changes));
        } else {
            output.toSession(session.id, new DocumentStatus(documentId, null, changes, documentVersion));
        }
    }
}
