package dev.weft.server.registry;

import dev.weft.server.registry.Ownership.State;
import dev.weft.server.registry.OwnershipEffect.ActivateEntry;
import dev.weft.server.registry.OwnershipEffect.ClaimEntry;
import dev.weft.server.registry.OwnershipEffect.ClaimEpoch;
import dev.weft.server.registry.OwnershipEffect.Host;
import dev.weft.server.registry.OwnershipEffect.Load;
import dev.weft.server.registry.OwnershipEffect.LoadAhead;
import dev.weft.server.registry.OwnershipEffect.Ready;
import dev.weft.server.registry.OwnershipProtocol.Phase;
import java.util.function.Supplier;

/** How a node comes to own a document: expects it, claims it in the registry, then in the store, and loads it. */
final class WayIn {
    private final Standing standing;
    private final OwnershipTiming timing;
    private final Supplier<String> claimIds;
    private final Quarantine quarantine;
    private final Deference deference;
    private final Tenure tenure;
    private final WayOut wayOut;
    private final RetryTimer retry;

    /** Who has announced the document, and how long it is waited for. */
    private String predecessor;

    private long expectUntil = RetryTimer.NEVER;

    /** What the last owner has let go of in our favour, whatever the registry still says of it. */
    private Ownership yielded;

    private long attemptUntil;
    private Refusal trouble = Refusal.SLOW;
    private int claimRounds;
    private int losses;

    WayIn(
            Standing standing,
            OwnershipTiming timing,
            Supplier<String> claimIds,
            Quarantine quarantine,
            Deference deference,
            Tenure tenure,
            WayOut wayOut) {
        this.standing = standing;
        this.timing = timing;
        this.claimIds = claimIds;
        this.quarantine = quarantine;
        this.deference = deference;
        this.tenure = tenure;
        this.wayOut = wayOut;
        this.retry = new RetryTimer(timing.retryMillis(), timing.retryMaxMillis());
    }

    /** What those who have waited too long are told. */
    Refusal trouble() {
        return trouble;
    }

    long nextDeadline() {
        return Math.min(retry.at(), expectUntil);
    }

    void tick(long now) {
        if (retry.takeDue(now)) {
            repeatAttempt();
        }
        if (standing.isIn(Phase.EXPECTING) && expectUntil <= now) {
            stopExpecting(now);
        }
    }

    private void repeatAttempt() {
        switch (standing.phase()) {
            case CLAIMING -> standing.emit(new ClaimEntry(standing.claim()));
            case FENCING -> standing.emit(new ClaimEpoch(standing.claimId()));
            case LOADING -> standing.emit(new Load(standing.claimId(), standing.epoch()));
            default -> throw new AssertionError(standing.phase());
        }
    }

    // Expecting

    void expect(String fromNode, long itsEpoch, long now) {
        standing.enter(Phase.EXPECTING);
        predecessor = fromNode;
        expectUntil = now + timing.announceMillis() + timing.flushMillis();
        standing.emit(new LoadAhead(itsEpoch));
    }

    void loadedAhead(long itsEpoch) {
        if (standing.isIn(Phase.EXPECTING)) {
            standing.emit(new Ready(predecessor, itsEpoch));
        }
    }

    /** Somebody waits for what is expected. */
    void hurry(Ownership presumedDead, long now) {
        if (presumedDead != null) {
            start(presumedDead, now);
        } else {
            expectUntil = Math.min(expectUntil, now + 2 * timing.retryMaxMillis());
        }
    }

    void nodeLeft(String nodeId, long now) {
        if (standing.isIn(Phase.EXPECTING) && nodeId.equals(predecessor)) {
            stopExpecting(now);
        }
    }

    /** The announced document has not come: whoever waits for it must get it in the usual way. */
    private void stopExpecting(long now) {
        if (standing.waiters().isEmpty()) {
            wayOut.toIdle();
        } else {
            start(null, now);
        }
    }

    // Claiming the entry

    void start(Ownership presumedDead, long now) {
        // A new id each time: answers to calls of an earlier attempt may still be under way.
        standing.claim(claimIds.get(), presumedDead);
        claimRounds = 0;
        yielded = null;
        expectUntil = RetryTimer.NEVER;
        trouble = Refusal.SLOW;
        attemptUntil = now + timing.attemptMillis();
        wayOut.forgetSuccessor();
        tenure.forgetQuestions();
        standing.emit(new ClaimEntry(standing.claim()));
    }

    /** The old owner has let go of its entry, which may be gone already: null. */
    void startOver(Ownership entry, long now) {
        start(entry, now);
        yielded = entry;
    }

    /** The same, while the claim is under way. */
    void mayClaimOver(Ownership entry) {
        yielded = entry;
    }

    /** Claims over the entry that was kept; if another has taken the document meanwhile, that is found out. */
    void leaveQuarantine(long now) {
        start(standing.keptEntry(), now);
    }

    /** Somebody more waits for it, so it is tried longer. */
    void prolong(long now) {
        attemptUntil = now + timing.attemptMillis();
    }

    void claimAnswered(String claimId, Ownership entry, long now) {
        if (!standing.isCurrent(claimId) || standing.isIn(Phase.STOPPING)) {
            wayOut.releaseIfLeftBehind(claimId, entry);
        } else if (standing.isIn(Phase.CLAIMING)) {
            retry.reset();
            judge(entry, now);
        }
    }

    private void judge(Ownership entry, long now) {
        boolean isLocal = standing.isLocal(entry.nodeId());
        if (entry.isClaim(standing.claimId()) && entry.state() != State.RELEASING) {
            claimEpoch(now);
        } else if ((isLocal || standing.waiters().suspect(entry) || entry.isSameClaimAs(yielded))
                && claimRounds++ < timing.claimRoundsMax()) {
            standing.presumeDead(entry);
            standing.emit(new ClaimEntry(standing.claim()));
        } else if (isLocal) {
            standing.refuseAll(Refusal.CONTENDED, timing.retryMaxMillis());
            wayOut.toIdle();
        } else {
            standing.redirectAll(entry);
            wayOut.toIdle();
        }
    }

    void claimFailed(String claimId, long now) {
        if (standing.isCurrent(claimId) && standing.isIn(Phase.CLAIMING)) {
            retryLater(Refusal.REGISTRY_UNAVAILABLE, now);
        }
    }

    // Claiming the epoch, loading

    private void claimEpoch(long now) {
        standing.enter(Phase.FENCING);
        if (deference.isOver(now)) {
            standing.emit(new ClaimEpoch(standing.claimId()));
        } else {
            retry.scheduleAt(deference.until());
        }
    }

    void epochClaimed(String claimId, long claimedEpoch) {
        if (standing.isCurrent(claimId) && standing.isIn(Phase.FENCING)) {
            retry.reset();
            standing.load(claimedEpoch);
            standing.emit(new ActivateEntry(claimId, claimedEpoch));
            standing.emit(new Load(claimId, claimedEpoch));
        }
    }

    void epochFailed(String claimId, HostingFailure failure, long now) {
        if (standing.isCurrent(claimId) && standing.isIn(Phase.FENCING)) {
            fail(failure, now);
        }
    }

    void loaded(String claimId, long now) {
        if (standing.isCurrent(claimId) && standing.isIn(Phase.LOADING)) {
            retry.reset();
            losses = 0;
            trouble = Refusal.SLOW;
            standing.enter(Phase.HOSTING);
            quarantine.served(now);
            standing.emit(new Host(claimId, standing.epoch()));
            standing.admitAll();
        }
    }

    void loadFailed(String claimId, HostingFailure failure, long now) {
        if (standing.isCurrent(claimId) && standing.isIn(Phase.LOADING)) {
            fail(failure, now);
        }
    }

    // Failing

    private void fail(HostingFailure failure, long now) {
        switch (failure) {
            case UNAVAILABLE -> retryLater(Refusal.STORE_UNAVAILABLE, now);
            case NOT_FOUND -> {
                standing.refuseAll(Refusal.NOT_FOUND, 0);
                wayOut.stop(false, true, now);
            }
            case STALE_EPOCH -> {
                if (++losses > timing.lossesMax()) {
                    losses = 0;
                    standing.refuseAll(Refusal.CONTENDED, timing.retryMaxMillis());
                }
                wayOut.stop(false, true, now);
            }
            case UNUSABLE -> {
                quarantine.failed(now, false);
                wayOut.enterQuarantine(now);
            }
        }
    }

    private void retryLater(Refusal why, long now) {
        trouble = why;
        if (now < attemptUntil) {
            retry.schedule(now);
        } else {
            standing.refuseAll(why, timing.retryMaxMillis());
            wayOut.stop(false, true, now);
        }
    }

    /** What is under way comes to nothing. */
    void stopTrying() {
        retry.reset();
    }

    void forget() {
        yielded = null;
        predecessor = null;
        expectUntil = RetryTimer.NEVER;
    }
}
