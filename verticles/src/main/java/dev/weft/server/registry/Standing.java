package dev.weft.server.registry;

import dev.weft.server.registry.Ownership.State;
import dev.weft.server.registry.OwnershipEffect.Admit;
import dev.weft.server.registry.OwnershipEffect.Redirect;
import dev.weft.server.registry.OwnershipEffect.Refuse;
import dev.weft.server.registry.OwnershipProtocol.Phase;
import java.util.ArrayList;
import java.util.List;

/**
 * How a document stands on this node, for all parts of its {@link OwnershipProtocol}: how far it is, under which claim and
 * epoch, who waits for it, and what the input at hand has led to so far. The parts decide; nothing is decided here.
 */
final class Standing {
    private final String localNode;
    private final Waiters waiters;
    private final List<OwnershipEffect> effects = new ArrayList<>();

    private Phase phase = Phase.IDLE;
    private Claim claim;
    private long epoch;
    private boolean isFenced;
    private boolean isSuspended;

    Standing(String localNode, Waiters waiters) {
        this.localNode = localNode;
        this.waiters = waiters;
    }

    boolean isLocal(String nodeId) {
        return localNode.equals(nodeId);
    }

    Waiters waiters() {
        return waiters;
    }

    // Phase, claim and epoch

    Phase phase() {
        return phase;
    }

    boolean isIn(Phase asked) {
        return phase == asked;
    }

    void enter(Phase next) {
        phase = next;
    }

    boolean isHosting() {
        return phase == Phase.HOSTING || phase == Phase.FLUSHING;
    }

    /** The claim under way or held; null if there is none. */
    Claim claim() {
        return claim;
    }

    String claimId() {
        return claim.claimId();
    }

    long epoch() {
        return epoch;
    }

    boolean isCurrent(String claimId) {
        return claim != null && claim.claimId().equals(claimId);
    }

    /** Whether the claim has an epoch and is not on its way out. */
    boolean holdsEpoch(String claimId) {
        return isCurrent(claimId) && holdsEpoch();
    }

    boolean holdsEpoch() {
        return claim != null && epoch > 0 && phase != Phase.STOPPING;
    }

    /** What the registry is to say of this node while it holds the epoch. */
    Ownership entry() {
        return Ownership.active(localNode, claim.claimId(), epoch);
    }

    /** What the registry still says of a document that this node has put aside. */
    Ownership keptEntry() {
        return new Ownership(localNode, epoch, claim.claimId(), epoch == 0 ? State.CLAIMING : State.ACTIVE, null);
    }

    /** What sends people on to the node that the document was handed to. */
    Ownership signpostTo(String node) {
        return new Ownership(localNode, epoch, claim.claimId(), State.RELEASING, node);
    }

    /** Begins with a claim that is not in the registry yet. */
    void claim(String claimId, Ownership presumedDead) {
        claim = new Claim(claimId, localNode, presumedDead);
        epoch = 0;
        phase = Phase.CLAIMING;
    }

    /** Goes on with the same claim, over this owner. */
    void presumeDead(Ownership owner) {
        claim = claim.presumingDead(owner);
    }

    void load(long claimedEpoch) {
        epoch = claimedEpoch;
        phase = Phase.LOADING;
    }

    void clear() {
        phase = Phase.IDLE;
        claim = null;
        epoch = 0;
    }

    // The right to write

    /** Whether the store has refused a write as stale. */
    boolean isFenced() {
        return isFenced;
    }

    void fenced(boolean value) {
        isFenced = value;
    }

    /** Whether nothing may leave the host before it is known how things are. */
    boolean isSuspended() {
        return isSuspended;
    }

    void suspended(boolean value) {
        isSuspended = value;
    }

    // Answers to those who wait, and whatever else is to be done

    void admitAll() {
        waiters.takeAll().forEach(requestId -> emit(new Admit(requestId, claim.claimId(), epoch)));
    }

    void redirectAll(Ownership owner) {
        waiters.takeAll().forEach(requestId -> emit(new Redirect(requestId, owner)));
    }

    void refuseAll(Refusal refusal, long retryAfterMillis) {
        waiters.takeAll().forEach(requestId -> emit(new Refuse(requestId, refusal, retryAfterMillis)));
    }

    void emit(OwnershipEffect effect) {
        effects.add(effect);
    }

    /** All that the input has led to, in order. */
    List<OwnershipEffect> takeEffects() {
        List<OwnershipEffect> taken = List.copyOf(effects);
        effects.clear();
        return taken;
    }
}
