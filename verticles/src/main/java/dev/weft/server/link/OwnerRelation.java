package dev.weft.server.link;

import dev.weft.crdt.version.VersionVector;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.link.LinkEffect.Suspect;
import dev.weft.server.link.ReplayRing.Submission;
import dev.weft.server.registry.DocumentKey;

/**
 * The relation of a link to the owner of its document: who that is, whether it is followed, when it was heard and asked
 * last, and all that is said to it. What was delivered and submitted is not known here. Confined to its link.
 */
final class OwnerRelation {
    enum Stage {
        UNROUTED,
        FINDING,
        ATTACHING,
        ATTACHED
    }

    private final DocumentKey key;
    private final LinkAddress self;
    private final LinkLimits limits;
    private final LinkOutput output;

    private Stage stage = Stage.UNROUTED;
    private String node;
    private String epochNode;
    private long epoch;
    private Suspect suspect;
    private long askedAtMillis;
    private long saidAtMillis;
    private long heardAtMillis;
    private long unansweredSinceMillis = -1;
    private long findNotBeforeMillis;
    private int failedAttempts;

    OwnerRelation(DocumentKey key, LinkAddress self, LinkLimits limits, LinkOutput output) {
        this.key = key;
        this.self = self;
        this.limits = limits;
        this.output = output;
    }

    Stage stage() {
        return stage;
    }

    boolean isAttached() {
        return stage == Stage.ATTACHED;
    }

    /** Whether a node is known that owns the document, or is to become its owner. */
    boolean isRouted() {
        return stage == Stage.ATTACHED || stage == Stage.ATTACHING;
    }

    boolean isRoutedTo(String nodeId) {
        return nodeId.equals(node) && isRouted();
    }

    /** The ownership that is followed, or was last; 0 before the first. */
    long epoch() {
        return epoch;
    }

    String node() {
        return node;
    }

    // Finding one.

    /** Sees to it that there is an owner, unless one is known or sought already, or it is too early for another try. */
    void find(long nowMillis) {
        if (stage == Stage.UNROUTED && nowMillis >= findNotBeforeMillis) {
            stage = Stage.FINDING;
            askedAtMillis = nowMillis;
            output.add(new LinkEffect.FindOwner(null));
        }
    }

    /** @return whether it is news, and the link is to attach there */
    boolean routed(String nodeId, long nowMillis) {
        if (stage == Stage.ATTACHED || stage == Stage.ATTACHING && nodeId.equals(node)) {
            return false;
        }
        node = nodeId;
        stage = Stage.ATTACHING;
        heardAtMillis = nowMillis;
        return true;
    }

    /** Whether this may be the answer to an attachment, or to a question of the link. */
    boolean mayAttach(LinkMessage.Attached message) {
        if (message.epoch() < epoch || !isRouted()) {
            return false;
        }
        // A late word of the owner that was given up; what it says next would not be listened to.
        boolean isLate = stage == Stage.ATTACHING && message.epoch() == epoch && !node.equals(epochNode);
        return !isLate;
    }

    /** Whether it is from the ownership that is followed already. */
    boolean isRepeated(LinkMessage.Attached message) {
        return isAttached() && message.epoch() == epoch;
    }

    /** Whether it is from another ownership than the last. */
    boolean isChangedBy(LinkMessage.Attached message) {
        return epoch != 0 && message.epoch() != epoch;
    }

    /** The owner has answered an attachment, or a question whether the link follows. */
    void answered(long nowMillis) {
        heardAtMillis = nowMillis;
        saidAtMillis = nowMillis;
        failedAttempts = 0;
    }

    void attached(long newEpoch) {
        epoch = newEpoch;
        epochNode = node;
        stage = Stage.ATTACHED;
        suspect = null;
    }

    // Losing it.

    /** Whether the node that is followed, or asked, says so. */
    boolean isDeniedBy(LinkMessage.NotOwner message) {
        return stage == Stage.ATTACHING || isAttached() && message.epoch() >= epoch;
    }

    /** Back to searching, a little later after each failure. @return whether it is the first in a row */
    boolean lost(long nowMillis) {
        stage = Stage.UNROUTED;
        long pause = Math.min(limits.retryMillis(), 25L << Math.min(failedAttempts, 5));
        failedAttempts++;
        findNotBeforeMillis = nowMillis + pause;
        return failedAttempts == 1;
    }

    /** There is no owner to be had; who wants one nevertheless may search at once. */
    void givenUp() {
        stage = Stage.UNROUTED;
    }

    /** The owner is believed dead: another is to be found, whatever the registry says. */
    void suspected() {
        suspect = new Suspect(node, isAttached() ? epoch : 0);
        stage = Stage.FINDING;
        output.add(new LinkEffect.FindOwner(suspect));
    }

    // Watching it.

    /** Whether it is a word of the ownership that is followed. */
    boolean isFrom(LinkMessage message) {
        return isAttached() && message.epoch() == epoch;
    }

    void heard(long nowMillis) {
        heardAtMillis = nowMillis;
    }

    /** Whether a node that is to become owner has not answered for too long. */
    boolean isAttachingInVain(long nowMillis) {
        return nowMillis - heardAtMillis >= limits.handshakeMillisMax();
    }

    /** Without a question now and then a link that was dropped by mistake, and its owner, would never know. */
    boolean isQuiet(long nowMillis) {
        return nowMillis - Math.min(heardAtMillis, saidAtMillis) >= limits.quietMillisMax();
    }

    /** Whether it has been silent for too long, now that something is unanswered. */
    boolean isSilent(long nowMillis) {
        if (unansweredSinceMillis < 0) {
            unansweredSinceMillis = nowMillis;
        }
        return nowMillis - Math.max(heardAtMillis, unansweredSinceMillis) >= limits.suspicionMillis();
    }

    void nothingIsUnanswered(long nowMillis) {
        unansweredSinceMillis = -1;
        askedAtMillis = nowMillis;
    }

    boolean mayBeAskedAgain(long nowMillis) {
        return nowMillis - askedAtMillis >= limits.retryMillis();
    }

    void asked(long nowMillis) {
        askedAtMillis = nowMillis;
    }

    // What is said to it.

    void attach(boolean create, VersionVector delivered, DeliveredNumbers numbers, long firstSubmit, long nowMillis) {
        asked(nowMillis);
        tell(new OwnerMessage.Attach(
                key,
                self,
                create,
                delivered,
                epoch,
                numbers.last(),
                firstSubmit,
                suspect == null ? null : suspect.nodeId(),
                suspect == null ? 0 : suspect.epoch(),
                numbers.log()));
    }

    void resync(VersionVector delivered, long number, long nowMillis) {
        saidAtMillis = nowMillis;
        tell(new OwnerMessage.Resync(key, self, epoch, delivered, number));
    }

    void submit(Submission submission) {
        tell(new OwnerMessage.Submit(
                key, self, epoch, submission.number(), submission.sessionId(), submission.blobs()));
    }

    void readState(LinkSession session, VersionVector since, long afterNumber, int bytesMax) {
        tell(new OwnerMessage.ReadState(key, self, epoch, session.request, session.id, since, afterNumber, bytesMax));
    }

    /** Lost if no owner is followed. */
    void upload(String sessionId, byte[] snapshot, long upToNumber) {
        if (isAttached()) {
            tell(new OwnerMessage.Upload(key, self, epoch, sessionId, snapshot, upToNumber));
        }
    }

    /** Lost if no owner is followed. */
    void fromPlugin(String plugin, byte[] payload) {
        if (isAttached()) {
            tell(new OwnerMessage.FromPlugin(key, self, epoch, plugin, payload));
        }
    }

    void detach() {
        tell(new OwnerMessage.Detach(key, self));
    }

    private void tell(OwnerMessage message) {
        output.add(new LinkEffect.ToOwner(node, message));
    }
}
