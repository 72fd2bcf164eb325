package dev.weft.server.link;

import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.DurableMessage;
import dev.weft.protocol.message.PositionMessage;
import dev.weft.server.bus.LinkMessage;
import java.util.Collection;

/**
 * What clients are told of durability: that changes of theirs are in the log for good, and from which place in it they could
 * go on. Both wait until they are true. Confined to its link.
 */
final class DurabilityNotices {
    private final String documentId;
    private final Collection<AwareSession> sessions;
    private final DeliveredNumbers numbers;
    private final DurablePart durablePart;
    private final LinkOutput output;
    private boolean isSomebodyWaiting;

    /** @param sessions a view of those of the link */
    DurabilityNotices(
            String documentId,
            Collection<AwareSession> sessions,
            DeliveredNumbers numbers,
            DurablePart durablePart,
            LinkOutput output) {
        this.documentId = documentId;
        this.sessions = sessions;
        this.numbers = numbers;
        this.durablePart = durablePart;
        this.output = output;
    }

    void confirm(AwareSession session, VersionVector changes) {
        output.toSession(session.id, new DurableMessage(documentId, changes));
    }

    /** What the author sent in an earlier session may be durable by now, with nobody left to tell it to. */
    void confirmWhatIsDurable(AwareSession session, LinkMessage.State state) {
        if (!session.grants(Capability.ACK)) {
            return;
        }
        VersionVector durable = session.ownPartOf(state.durableVersion());
        if (!durable.isEmpty()) {
            confirm(session, durable);
        }
        VersionVector told = session.ownPartOf(state.version());
        session.awaitsDurable = told.equals(durable) ? null : told;
        isSomebodyWaiting |= session.awaitsDurable != null;
    }

    /** Those who waited until what they hold, or made, is durable. */
    void tellWhoWaits() {
        if (!isSomebodyWaiting) {
            return;
        }
        isSomebodyWaiting = false;
        for (AwareSession session : sessions) {
            if (session.isPositionDue) {
                tellPosition(session);
            }
            if (session.awaitsDurable != null && durablePart.covers(session.awaitsDurable)) {
                confirm(session, session.awaitsDurable);
                session.awaitsDurable = null;
            }
            isSomebodyWaiting |= session.awaitsDurable != null;
        }
    }

    /** From where the session could go on, should its connection go; later, if it holds what is not durable. */
    void tellPosition(AwareSession session) {
        if (!session.grants(Capability.RESUME)
                || !session.isLive()
                || !numbers.log().equals(session.log)) {
            session.isPositionDue = false;
            return;
        }
        long position = Math.max(numbers.last(), session.liveAfter);
        session.isPositionDue = position > durablePart.mark() || session.holdsLost;
        if (session.isPositionDue) {
            isSomebodyWaiting = true;
        } else if (position > session.toldPosition) {
            session.toldPosition = position;
            output.toSession(session.id, new PositionMessage(documentId, position));
        }
    }
}
