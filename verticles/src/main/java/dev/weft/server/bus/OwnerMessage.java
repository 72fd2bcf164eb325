package dev.weft.server.bus;

import dev.weft.crdt.version.VersionVector;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipEffect;
import dev.weft.server.registry.OwnershipProtocol;
import java.util.List;

/** From a link to the owner of its document. */
public sealed interface OwnerMessage extends BusMessage {
    LinkAddress from();

    /** The ownership it is meant for; 0 where any will do. */
    default long epoch() {
        return 0;
    }

    /**
     * Asks to follow the document, and to host it if nobody does. Repeated until answered; repeats are harmless.
     *
     * @param create whether an unknown document is created
     * @param delivered what the link has passed on to its sessions; empty for a new link
     * @param deliveredEpoch the epoch in which it last was attached, 0 for none
     * @param deliveredNumber the last broadcast of that epoch it has passed on
     * @param firstSubmit the number of the oldest submission the link still holds, or would send next
     * @param suspectNode the owner that the link believes dead; null if none
     * @param suspectEpoch the epoch under which it owned the document, 0 if unknown
     * @param deliveredLog the log to which {@code deliveredNumber} belongs; empty if it never was attached
     */
    record Attach(
            DocumentKey key,
            LinkAddress from,
            boolean create,
            VersionVector delivered,
            long deliveredEpoch,
            long deliveredNumber,
            long firstSubmit,
            String suspectNode,
            long suspectEpoch,
            String deliveredLog)
            implements OwnerMessage {}

    /** The link has no session left. */
    record Detach(DocumentKey key, LinkAddress from) implements OwnerMessage {}

    /**
     * Changes (or relay blobs) of one session, numbered per link without gaps.
     *
     * @param blobs encoded changes of an aware document, opaque blobs of a relay room
     * @param trace of which trace it is a part; null for none. Travels as a header of the bus
     */
    record Submit(
            DocumentKey key,
            LinkAddress from,
            long epoch,
            long number,
            String sessionId,
            List<byte[]> blobs,
            String trace)
            implements OwnerMessage {
        public Submit {
            blobs = List.copyOf(blobs);
        }

        /** Not traced. */
        public Submit(
                DocumentKey key, LinkAddress from, long epoch, long number, String sessionId, List<byte[]> blobs) {
            this(key, from, epoch, number, sessionId, blobs, null);
        }

        public Submit withTrace(String value) {
            return new Submit(key, from, epoch, number, sessionId, blobs, value);
        }
    }

    /**
     * Asks for what one session lacks.
     *
     * @param request unique within the link
     * @param sessionId for whom
     * @param since what the session holds; null asks for everything
     * @param afterNumber the last log number the session holds; 0 when it joins. Of an aware document 0 also asks by {@code
     *     since}, and anything else by this number alone
     * @param bytesMax how much to answer with at most, at least one entry
     */
    record ReadState(
            DocumentKey key,
            LinkAddress from,
            long epoch,
            long request,
            String sessionId,
            VersionVector since,
            long afterNumber,
            int bytesMax)
            implements OwnerMessage {}

    /** A broadcast is missing: asks for everything after a number. */
    record Resync(DocumentKey key, LinkAddress from, long epoch, VersionVector delivered, long deliveredNumber)
            implements OwnerMessage {}

    /**
     * What two nodes say to each other of a hand-off. One kind of message for all of it: nodes of an earlier version know no
     * other, take any for an invitation, and do no harm by claiming too early.
     *
     * @param from names the node only
     * @param claimId with {@code NOW}: the entry in the registry that the receiver may claim over; null if it is gone
     * @param epoch of the owner
     */
    record Invite(DocumentKey key, LinkAddress from, Step step, String claimId, long epoch) implements OwnerMessage {
        /** How far the hand-off is. */
        public enum Step {
            /** The sender has let go: take over. */
            NOW,
            /** The sender will let go: load ahead, and say when that is done. */
            SOON,
            /** The answer to {@code SOON}. */
            READY
        }

        /** Whether it answers what its receiver has said: whoever knows nothing of the document any more begins nothing. */
        public boolean isAnswer() {
            return step == Step.READY;
        }

        /** Tells the receiver's side of the hand-off. */
        public List<OwnershipEffect> tell(OwnershipProtocol protocol, long nowMillis) {
            String sender = from.nodeId();
            return switch (step) {
                case SOON -> protocol.announced(sender, epoch, nowMillis);
                case READY -> protocol.readied(sender, epoch, nowMillis);
                case NOW ->
                    protocol.invited(claimId == null ? null : Ownership.active(sender, claimId, epoch), nowMillis);
            };
        }
    }

    /** Somebody took the document over because the receiver did not answer. @param byEpoch the epoch it holds now */
    record Superseded(DocumentKey key, LinkAddress from, long byEpoch) implements OwnerMessage {}

    /** What a plugin beside the link says to its other side beside the owner. */
    record FromPlugin(DocumentKey key, LinkAddress from, long epoch, String plugin, byte[] payload)
            implements OwnerMessage {}

    /** A snapshot of a relay room, uploaded by a member that was asked to compact. */
    record Upload(DocumentKey key, LinkAddress from, long epoch, String sessionId, byte[] snapshot, long upToNumber)
            implements OwnerMessage {}
}
