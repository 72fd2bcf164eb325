package dev.weft.server.registry;

import dev.weft.server.registry.Ownership.State;
import dev.weft.server.registry.OwnershipEffect.Announce;
import dev.weft.server.registry.OwnershipEffect.Flush;
import dev.weft.server.registry.OwnershipEffect.Invite;
import dev.weft.server.registry.OwnershipEffect.ReleaseEntry;
import dev.weft.server.registry.OwnershipEffect.ReportQuarantine;
import dev.weft.server.registry.OwnershipEffect.Resume;
import dev.weft.server.registry.OwnershipEffect.StepDown;
import dev.weft.server.registry.OwnershipEffect.Unload;
import dev.weft.server.registry.OwnershipProtocol.Phase;

/**
 * How a node lets a document go: to a successor, because nobody uses it, because another owns it, or because it cannot be
 * served.
 */
final class WayOut {
    /*
     * Why a hand-off is announced: reading a long document takes time, and nobody should wait for it. So the successor reads
     * while the owner still serves, and after the flush only what was written meanwhile. Those who follow are sent to it at
     * once, and wait there; the invitation says over which entry it may claim, so that nobody waits for the release.
     *
     * Why a quarantined document keeps its entry: were it let go, the next node would try the same load and fail alike.
     */

    private static final int RELEASE_TRIES_MAX = 5;

    /** What the other parts do about it. */
    interface Sequel {
        /** Whatever was under way, and whatever was known of the tenure, is void. */
        void stopping();

        /** Nothing is left of it. */
        void gone();

        /** Somebody waits for it, who cannot be sent elsewhere. */
        void wantedAgain(long now);
    }

    private final Standing standing;
    private final OwnershipTiming timing;
    private final Quarantine quarantine;
    private final Sequel sequel;
    private final RetryTimer releaseRetry;

    private boolean isDraining;
    private boolean isHandingOff;
    private String successor;
    private long announcedUntil = RetryTimer.NEVER;
    private int flushNumber;
    private long flushUntil = RetryTimer.NEVER;
    private boolean isHostStopping;
    private boolean isEntryReleasing;
    private boolean quarantineAfterStop;

    /** Where people are sent for a while after a hand-off. */
    private Ownership signpost;

    private long signpostUntil;

    WayOut(Standing standing, OwnershipTiming timing, Quarantine quarantine, Sequel sequel) {
        this.standing = standing;
        this.timing = timing;
        this.quarantine = quarantine;
        this.sequel = sequel;
        this.releaseRetry = new RetryTimer(timing.retryMillis(), timing.retryMaxMillis());
    }

    boolean isDraining() {
        return isDraining;
    }

    /** Whether it is about to go, although it is served still. */
    boolean isBegun() {
        return standing.isIn(Phase.FLUSHING) || isAnnounced();
    }

    private boolean isAnnounced() {
        return announcedUntil != RetryTimer.NEVER;
    }

    long nextDeadline() {
        return Math.min(releaseRetry.at(), Math.min(announcedUntil, flushUntil));
    }

    void tick(long now) {
        if (releaseRetry.takeDue(now)) {
            releaseEntry();
        }
        if (announcedUntil <= now) {
            leave(now);
        }
        if (flushUntil <= now) {
            giveUpFlush(now);
        }
    }

    // The signpost

    boolean isSignpostValid(long now) {
        return signpost != null && now < signpostUntil;
    }

    Ownership signpost() {
        return signpost;
    }

    void forgetSignpost() {
        signpost = null;
    }

    private void pointTo(String node, long now) {
        signpost = standing.signpostTo(node);
        signpostUntil = now + timing.signpostMillis();
    }

    // Deciding to leave

    void idle(long now) {
        if (standing.isIn(Phase.HOSTING) && !standing.isSuspended()) {
            leave(now);
        }
    }

    void handOff(String toNode, long now) {
        if (standing.isHosting() && !isHandingOff && !standing.isLocal(toNode)) {
            isHandingOff = true;
            successor = toNode;
            depart(now);
        }
    }

    void drain(String toNode, long now) {
        isDraining = true;
        Phase phase = standing.phase();
        boolean hasSomething = phase != Phase.IDLE
                && phase != Phase.EXPECTING
                && phase != Phase.QUARANTINED
                && phase != Phase.STOPPING;
        if (!isHandingOff && hasSomething) {
            isHandingOff = true;
            successor = toNode;
        }
        switch (phase) {
            case CLAIMING, FENCING, QUARANTINED -> stop(false, true, now);
            case LOADING -> stepDown(null, true, now);
            case HOSTING, FLUSHING -> depart(now);
            case EXPECTING -> {
                standing.refuseAll(Refusal.DRAINING, timing.retryMaxMillis());
                toIdle();
            }
            default -> {
                // IDLE has nothing to give; STOPPING is on its way.
            }
        }
    }

    void nodeLeft(String nodeId, long now) {
        if (isSignpostValid(now) && signpost.route().equals(nodeId)) {
            signpost = null;
        }
        if (isHandingOff && nodeId.equals(successor)) {
            successor = null;
            if (isAnnounced() && !isDraining) {
                announcedUntil = RetryTimer.NEVER;
                isHandingOff = false;
            } else if (isAnnounced()) {
                leave(now);
            } else if (standing.isIn(Phase.FLUSHING) && !isDraining) {
                resumeFromFlush();
            }
        }
    }

    void forgetSuccessor() {
        isHandingOff = false;
        successor = null;
    }

    // Announcing and flushing

    /** Has the successor load first, if there is one and it can do so in peace. */
    private void depart(long now) {
        boolean isServing = standing.isIn(Phase.HOSTING) && !standing.isSuspended() && !standing.isFenced();
        if (!isServing || successor == null || timing.announceMillis() == 0) {
            leave(now);
        } else if (!isAnnounced()) {
            announcedUntil = now + timing.announceMillis();
            standing.emit(new Announce(successor, standing.epoch()));
        }
    }

    void readied(String nodeId, long forEpoch, long now) {
        if (isAnnounced() && nodeId.equals(successor) && forEpoch == standing.epoch()) {
            leave(now);
        }
    }

    /** Flushes first, if there is anything that may be written. */
    private void leave(long now) {
        announcedUntil = RetryTimer.NEVER;
        if (standing.isFenced()) {
            stepDown(null, true, now);
        } else if (!standing.isIn(Phase.FLUSHING)) {
            standing.enter(Phase.FLUSHING);
            // The flush itself proves or disproves the epoch.
            standing.suspended(false);
            flushUntil = now + timing.flushMillis();
            standing.emit(new Flush(standing.claimId(), ++flushNumber));
        }
    }

    /** Somebody wants the document while it is flushed: it stays, unless it goes to a successor. */
    void wantedWhileFlushing() {
        if (!isHandingOff) {
            resumeFromFlush();
        }
    }

    void flushed(int number, long now) {
        if (standing.isIn(Phase.FLUSHING) && number == flushNumber) {
            unload(now);
        }
    }

    void flushFailed(int number, HostingFailure failure, long now) {
        if (!standing.isIn(Phase.FLUSHING) || number != flushNumber) {
            return;
        }
        if (failure == HostingFailure.STALE_EPOCH) {
            stepDown(null, true, now);
        } else {
            giveUpFlush(now);
        }
    }

    private void giveUpFlush(long now) {
        if (isDraining) {
            // What was not written was not acknowledged either: the links still hold it and send it to the next owner.
            unload(now);
        } else {
            resumeFromFlush();
        }
    }

    private void resumeFromFlush() {
        standing.enter(Phase.HOSTING);
        flushUntil = RetryTimer.NEVER;
        forgetSuccessor();
        standing.emit(new Resume(standing.claimId()));
        standing.admitAll();
    }

    private void unload(long now) {
        if (isHandingOff && successor != null) {
            // Before anybody is sent there, and without waiting for the registry: the entry is theirs to claim over.
            standing.emit(new Invite(successor, standing.entry()));
            pointTo(successor, now);
            standing.redirectAll(signpost);
        }
        standing.emit(new Unload(standing.claimId(), hint()));
        stop(true, true, now);
    }

    private String hint() {
        return isHandingOff ? successor : null;
    }

    // Stepping down

    /** Another owns the document. */
    void loseTo(Ownership winner, long now) {
        boolean leadsSomewhere = winner.state() != State.RELEASING && !standing.isLocal(winner.nodeId());
        if (leadsSomewhere) {
            standing.redirectAll(winner);
        }
        if (standing.isHosting() || standing.isIn(Phase.LOADING)) {
            stepDown(winner, false, now);
        } else {
            stop(false, false, now);
        }
    }

    void hostFailed(String claimId, long now) {
        if (standing.isCurrent(claimId) && standing.isHosting()) {
            quarantine.failed(now, true);
            quarantineAfterStop = true;
            stepDown(null, isDraining, now);
        }
    }

    /** @param winner the owner to follow; null if it is not known */
    void stepDown(Ownership winner, boolean release, long now) {
        standing.emit(new StepDown(standing.claimId(), standing.epoch(), winner));
        stop(true, release, now);
    }

    void enterQuarantine(long now) {
        standing.enter(Phase.QUARANTINED);
        standing.emit(new ReportQuarantine(quarantine.failures(), quarantine.until()));
        standing.refuseAll(Refusal.QUARANTINED, quarantine.until() - now);
    }

    // Stopping

    /**
     * @param hostRuns whether the host is to answer that it is gone
     * @param release whether the registry still names us
     */
    void stop(boolean hostRuns, boolean release, long now) {
        standing.enter(Phase.STOPPING);
        announcedUntil = RetryTimer.NEVER;
        flushUntil = RetryTimer.NEVER;
        releaseRetry.reset();
        sequel.stopping();
        isHostStopping = hostRuns;
        isEntryReleasing = release;
        if (release) {
            releaseEntry();
        }
        finishStop(now);
    }

    private void releaseEntry() {
        standing.emit(new ReleaseEntry(standing.claimId(), hint()));
    }

    void stopped(String claimId, long now) {
        if (standing.isCurrent(claimId) && standing.isIn(Phase.STOPPING) && isHostStopping) {
            isHostStopping = false;
            finishStop(now);
        }
    }

    void released(String claimId, boolean isReleased, long now) {
        if (isReleasing(claimId)) {
            isEntryReleasing = false;
            releaseRetry.reset();
            if (isReleased && isHandingOff && successor != null && !isSignpostValid(now)) {
                pointTo(successor, now);
                standing.emit(new Invite(successor, null));
            }
            finishStop(now);
        }
    }

    void releaseFailed(String claimId, long now) {
        if (!isReleasing(claimId)) {
            return;
        }
        if (releaseRetry.tries() >= RELEASE_TRIES_MAX) {
            // The entry stays and sends people here; the next of them makes this node claim over it.
            isEntryReleasing = false;
            releaseRetry.reset();
            finishStop(now);
        } else if (releaseRetry.at() == RetryTimer.NEVER) {
            releaseRetry.schedule(now);
        }
    }

    private boolean isReleasing(String claimId) {
        return standing.isCurrent(claimId) && standing.isIn(Phase.STOPPING) && isEntryReleasing;
    }

    private void finishStop(long now) {
        if (isHostStopping || isEntryReleasing) {
            return;
        }
        boolean toQuarantine = quarantineAfterStop && !isDraining;
        quarantineAfterStop = false;
        if (toQuarantine) {
            enterQuarantine(now);
            return;
        }
        toIdle();
        if (standing.waiters().isEmpty()) {
            return;
        }
        if (isSignpostValid(now)) {
            standing.redirectAll(signpost);
        } else if (isDraining) {
            standing.refuseAll(Refusal.DRAINING, timing.retryMaxMillis());
        } else {
            sequel.wantedAgain(now);
        }
    }

    void toIdle() {
        standing.clear();
        forgetSuccessor();
        sequel.gone();
    }

    /** The registry has just taken a claim on that nobody will serve. */
    void releaseIfLeftBehind(String claimId, Ownership entry) {
        if (entry.isClaim(claimId) && entry.state() != State.RELEASING) {
            standing.emit(new ReleaseEntry(claimId, null));
        }
    }
}
