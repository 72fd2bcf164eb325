package dev.weft.server.registry;

import dev.weft.server.registry.Ownership.State;
import dev.weft.server.registry.OwnershipEffect.Admit;
import dev.weft.server.registry.OwnershipEffect.Announce;
import dev.weft.server.registry.OwnershipEffect.ClaimEntry;
import dev.weft.server.registry.OwnershipEffect.ClaimEpoch;
import dev.weft.server.registry.OwnershipEffect.Flush;
import dev.weft.server.registry.OwnershipEffect.Invite;
import dev.weft.server.registry.OwnershipEffect.LoadAhead;
import dev.weft.server.registry.OwnershipEffect.LookupEntry;
import dev.weft.server.registry.OwnershipEffect.ReassertEntry;
import dev.weft.server.registry.OwnershipEffect.Redirect;
import dev.weft.server.registry.OwnershipEffect.Refuse;
import dev.weft.server.registry.OwnershipEffect.ReleaseEntry;
import dev.weft.server.registry.OwnershipEffect.ReportQuarantine;
import dev.weft.server.registry.OwnershipEffect.Resume;
import dev.weft.server.registry.OwnershipEffect.StepDown;
import dev.weft.server.registry.OwnershipEffect.Suspend;
import dev.weft.server.registry.OwnershipEffect.Unload;
import dev.weft.server.registry.OwnershipEffect.VerifyEpoch;
import dev.weft.server.registry.OwnershipProtocol.Phase;
import dev.weft.server.registry.RepeatedCalls.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The state of an {@link OwnershipProtocol} and its moves from phase to phase; the inputs that cause them are there. */
abstract class OwnershipMoves {
    final String localNode;
    final OwnershipTiming timing;
    final Waiters waiters;
    final Quarantine quarantine;
    final RetryTimer attemptRetry;
    final RepeatedCalls repeated;
    private final Supplier<String> claimIds;
    private final List<OwnershipEffect> effects = new ArrayList<>();

    Phase phase = Phase.IDLE;
    Claim claim;
    long epoch;

    // While the document is announced.
    String predecessor;
    long expectUntil = RetryTimer.NEVER;

    // While the document is being obtained.
    /** What the last owner has let go of in our favour, whatever the registry still says of it. */
    Ownership yielded;

    long attemptUntil;
    Refusal trouble = Refusal.SLOW;
    int claimRounds;
    int losses;
    private final RetryTimer yields;
    long yieldUntil;

    // While it is hosted.
    boolean fenced;
    boolean suspended;
    /** Questions to the store under way; only the answer to the last one says how things are after a pause. */
    int verifications;

    /** The highest epoch that somebody else is said to hold, while the store is asked about it. */
    long contradictedBy;

    long detachedUntil = RetryTimer.NEVER;

    /** Not before this time it claims again at once when it is fenced, whatever the registry says. */
    long claimsAgainFrom = Long.MIN_VALUE;

    // On the way out.
    long announcedUntil = RetryTimer.NEVER;
    int flushNumber;
    long flushUntil = RetryTimer.NEVER;
    boolean draining;
    boolean handingOff;
    String successor;
    Ownership signpost;
    long signpostUntil;
    boolean hostStopping;
    boolean entryReleasing;
    boolean quarantineAfterStop;

    OwnershipMoves(String localNode, OwnershipTiming timing, Supplier<String> claimIds) {
        this.localNode = localNode;
        this.timing = timing;
        this.claimIds = claimIds;
        this.waiters = new Waiters(timing.waitersMax());
        this.quarantine = new Quarantine(timing);
        this.attemptRetry = new RetryTimer(timing.retryMillis(), timing.retryMaxMillis());
        this.yields = new RetryTimer(2 * timing.retryMaxMillis() / 5 + 1, 4 * timing.retryMaxMillis());
        this.repeated = new RepeatedCalls(new RetryTimer(timing.retryMillis(), timing.retryMaxMillis()));
    }

    // Obtaining

    final void expect(String fromNode, long itsEpoch, long now) {
        phase = Phase.EXPECTING;
        predecessor = fromNode;
        expectUntil = now + timing.announceMillis() + timing.flushMillis();
        emit(new LoadAhead(itsEpoch));
    }

    /** The announced document has not come: whoever waits for it must get it in the usual way. */
    final void stopExpecting(long now) {
        if (waiters.isEmpty()) {
            toIdle();
        } else {
            startAttempt(null, now);
        }
    }

    final void startAttempt(Ownership presumedDead, long now) {
        // A new id each time: answers to calls of an earlier attempt may still be under way.
        claim = new Claim(claimIds.get(), localNode, presumedDead);
        epoch = 0;
        claimRounds = 0;
        yielded = null;
        handingOff = false;
        successor = null;
        expectUntil = RetryTimer.NEVER;
        repeated.clear();
        trouble = Refusal.SLOW;
        attemptUntil = now + timing.attemptMillis();
        phase = Phase.CLAIMING;
        emit(new ClaimEntry(claim));
    }

    /** Claims over the entry that was kept; if another has taken the document meanwhile, that is found out. */
    final void leaveQuarantine(long now) {
        Ownership kept =
                new Ownership(localNode, epoch, claim.claimId(), epoch == 0 ? State.CLAIMING : State.ACTIVE, null);
        startAttempt(kept, now);
    }

    /**
     * The store has an owner that this half of the cluster cannot see. Taking the epoch back at once would be answered in
     * kind, so each side leaves the other some time, and more each time.
     */
    final void yieldToTheUnseen(long now) {
        if (quarantine.isHealthy(now)) {
            yields.reset();
        }
        yieldUntil = now + yields.nextPauseMillis();
        yields.schedule(now);
    }

    final void claimEpoch(long now) {
        phase = Phase.FENCING;
        if (now < yieldUntil) {
            attemptRetry.scheduleAt(yieldUntil);
        } else {
            emit(new ClaimEpoch(claim.claimId()));
        }
    }

    final void retryAttempt(Refusal why, long now) {
        trouble = why;
        if (now < attemptUntil) {
            attemptRetry.schedule(now);
        } else {
            refuseAll(why, timing.retryMaxMillis());
            stop(false, true, now);
        }
    }

    final void enterQuarantine(long now) {
        phase = Phase.QUARANTINED;
        emit(new ReportQuarantine(quarantine.failures(), quarantine.until()));
        refuseAll(Refusal.QUARANTINED, quarantine.until() - now);
    }

    // Hosting

    final void suspend() {
        if (!suspended) {
            suspended = true;
            emit(new Suspend(claim.claimId()));
        }
    }

    final void resume() {
        if (suspended) {
            suspended = false;
            emit(new Resume(claim.claimId()));
            admitAll();
        }
    }

    final void askFor(Call what) {
        switch (what) {
            case REASSERT -> emit(new ReassertEntry(Ownership.active(localNode, claim.claimId(), epoch)));
            case LOOKUP -> emit(new LookupEntry(claim.claimId()));
            case VERIFY -> {
                verifications++;
                emit(new VerifyEpoch(claim.claimId(), epoch));
            }
            case RELEASE -> emit(new ReleaseEntry(claim.claimId(), handingOff ? successor : null));
        }
    }

    // Leaving

    /** Has the successor load first, if there is one and it can do so in peace. */
    final void depart(long now) {
        boolean isServing = phase == Phase.HOSTING && !suspended && !fenced;
        if (!isServing || successor == null || timing.announceMillis() == 0) {
            leave(now);
        } else if (announcedUntil == RetryTimer.NEVER) {
            announcedUntil = now + timing.announceMillis();
            emit(new Announce(successor, epoch));
        }
    }

    /** Flushes first, if there is anything that may be written. */
    final void leave(long now) {
        announcedUntil = RetryTimer.NEVER;
        if (fenced) {
            stepDown(null, true, now);
        } else if (phase != Phase.FLUSHING) {
            phase = Phase.FLUSHING;
            // The flush itself proves or disproves the epoch.
            suspended = false;
            flushUntil = now + timing.flushMillis();
            emit(new Flush(claim.claimId(), ++flushNumber));
        }
    }

    final void resumeFromFlush() {
        phase = Phase.HOSTING;
        flushUntil = RetryTimer.NEVER;
        handingOff = false;
        successor = null;
        emit(new Resume(claim.claimId()));
        admitAll();
    }

    final void giveUpFlush(long now) {
        if (draining) {
            // What was not written was not acknowledged either: the links still hold it and send it to the next owner.
            unload(now);
        } else {
            resumeFromFlush();
        }
    }

    final void unload(long now) {
        if (handingOff && successor != null) {
            // Before anybody is sent there, and without waiting for the registry: the entry is theirs to claim over.
            emit(new Invite(successor, Ownership.active(localNode, claim.claimId(), epoch)));
            pointTo(successor, now);
            redirectAll(signpost);
        }
        emit(new Unload(claim.claimId(), handingOff ? successor : null));
        stop(true, true, now);
    }

    final void pointTo(String node, long now) {
        signpost = new Ownership(localNode, epoch, claim.claimId(), State.RELEASING, node);
        signpostUntil = now + timing.signpostMillis();
    }

    final void loseTo(Ownership winner, long now) {
        boolean leadsSomewhere =
                winner.state() != State.RELEASING && !winner.nodeId().equals(localNode);
        if (leadsSomewhere) {
            redirectAll(winner);
        }
        if (phase == Phase.HOSTING || phase == Phase.FLUSHING || phase == Phase.LOADING) {
            stepDown(winner, false, now);
        } else {
            stop(false, false, now);
        }
    }

    final void stepDown(Ownership winner, boolean release, long now) {
        emit(new StepDown(claim.claimId(), epoch, winner));
        stop(true, release, now);
    }

    final void stop(boolean hostRuns, boolean release, long now) {
        phase = Phase.STOPPING;
        fenced = false;
        suspended = false;
        verifications = 0;
        contradictedBy = 0;
        detachedUntil = RetryTimer.NEVER;
        announcedUntil = RetryTimer.NEVER;
        flushUntil = RetryTimer.NEVER;
        attemptRetry.reset();
        repeated.clear();
        hostStopping = hostRuns;
        entryReleasing = release;
        if (release) {
            askFor(Call.RELEASE);
        }
        finishStop(now);
    }

    final void finishStop(long now) {
        if (hostStopping || entryReleasing) {
            return;
        }
        boolean toQuarantine = quarantineAfterStop && !draining;
        quarantineAfterStop = false;
        if (toQuarantine) {
            enterQuarantine(now);
            return;
        }
        toIdle();
        if (waiters.isEmpty()) {
            return;
        }
        if (isSignpostValid(now)) {
            redirectAll(signpost);
        } else if (draining) {
            refuseAll(Refusal.DRAINING, timing.retryMaxMillis());
        } else {
            startAttempt(null, now);
        }
    }

    final void toIdle() {
        phase = Phase.IDLE;
        claim = null;
        epoch = 0;
        yielded = null;
        predecessor = null;
        expectUntil = RetryTimer.NEVER;
        repeated.clear();
        handingOff = false;
        successor = null;
    }

    /** The registry has just taken a claim on that nobody will serve. */
    final void releaseIfLeftBehind(String claimId, Ownership entry) {
        if (entry.isClaim(claimId) && entry.state() != State.RELEASING) {
            emit(new ReleaseEntry(claimId, null));
        }
    }

    // Questions

    final boolean isCurrent(String claimId) {
        return claim != null && claim.claimId().equals(claimId);
    }

    /** Whether the claim has an epoch and is not on its way out. */
    final boolean holdsEpoch(String claimId) {
        return isCurrent(claimId) && epoch > 0 && phase != Phase.STOPPING;
    }

    final boolean isHosting() {
        return phase == Phase.HOSTING || phase == Phase.FLUSHING;
    }

    final boolean isSignpostValid(long now) {
        return signpost != null && now < signpostUntil;
    }

    // Answers to those who wait

    final void admitAll() {
        waiters.takeAll().forEach(requestId -> emit(new Admit(requestId, claim.claimId(), epoch)));
    }

    final void redirectAll(Ownership owner) {
        waiters.takeAll().forEach(requestId -> emit(new Redirect(requestId, owner)));
    }

    final void refuseAll(Refusal refusal, long retryAfterMillis) {
        waiters.takeAll().forEach(requestId -> emit(new Refuse(requestId, refusal, retryAfterMillis)));
    }

    final void emit(OwnershipEffect effect) {
        effects.add(effect);
    }

    final List<OwnershipEffect> take() {
        List<OwnershipEffect> taken = List.copyOf(effects);
        effects.clear();
        return taken;
    }
}
