package dev.weft.server.link;

import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;

/**
 * Asks clients to say what they hold: they answer with it, get what they lack, and send what the document lacks. Confined to
 * its link.
 */
final class OutOfSyncNotices {
    private final String documentId;
    private final LinkLimits limits;
    private final LinkOutput output;

    OutOfSyncNotices(String documentId, LinkLimits limits, LinkOutput output) {
        this.documentId = documentId;
        this.limits = limits;
        this.output = output;
    }

    /** Unless the session was told so a moment ago. */
    void tell(AwareSession session, String reason, long nowMillis) {
        if (nowMillis - session.outOfSyncAtMillis < limits.outOfSyncMillis()) {
            return;
        }
        session.outOfSyncAtMillis = nowMillis;
        tellAnyway(session, reason);
    }

    void tellAnyway(AwareSession session, String reason) {
        output.toSession(session.id, new ErrorMessage(documentId, ErrorCode.OUT_OF_SYNC, reason));
        output.report(session.id, "out of sync");
    }

    /** Spreads what all sessions would otherwise do at once, without chance: the n-th session waits n steps. */
    void tellLater(AwareSession session, int index, int sessions, long nowMillis) {
        session.resyncAtMillis = nowMillis + (long) index * limits.resyncSpreadMillis() / Math.max(1, sessions);
    }

    void tellIfDue(AwareSession session, long nowMillis) {
        if (session.resyncAtMillis >= 0 && nowMillis >= session.resyncAtMillis) {
            session.resyncAtMillis = -1;
            tell(session, "The document moved to another node", nowMillis);
        }
    }
}
