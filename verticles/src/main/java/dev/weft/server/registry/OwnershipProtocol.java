package dev.weft.server.registry;

import dev.weft.server.registry.Ownership.State;
import dev.weft.server.registry.OwnershipEffect.ActivateEntry;
import dev.weft.server.registry.OwnershipEffect.Admit;
import dev.weft.server.registry.OwnershipEffect.ClaimEntry;
import dev.weft.server.registry.OwnershipEffect.ClaimEpoch;
import dev.weft.server.registry.OwnershipEffect.Detach;
import dev.weft.server.registry.OwnershipEffect.Host;
import dev.weft.server.registry.OwnershipEffect.Invite;
import dev.weft.server.registry.OwnershipEffect.Load;
import dev.weft.server.registry.OwnershipEffect.Ready;
import dev.weft.server.registry.OwnershipEffect.Redirect;
import dev.weft.server.registry.OwnershipEffect.Refuse;
import dev.weft.server.registry.RepeatedCalls.Call;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How one node comes to own one document, keeps it and lets it go. Decides only: each input returns the effects that the
 * performer carries out, in order. Time is an input, in milliseconds of any clock that does not go backwards; the
 * performer calls {@link #tick} at {@link #nextDeadline}. Not thread-safe: one thread per document.
 */
public final class OwnershipProtocol extends OwnershipMoves {
    /*
     * The registry proposes, the store decides. A node first wins the registry's entry, so that of many nodes that are
     * asked at once only one troubles the store; then the store's epoch, which is the right to write; then it loads.
     *
     *   phase        input                       next         effects
     *   ---------------------------------------------------------------------------------------------------------------
     *   IDLE         wanted, invited             CLAIMING     ClaimEntry
     *                announced                   EXPECTING    LoadAhead, then Ready
     *   EXPECTING    invited                     CLAIMING     ClaimEntry naming what the last owner yields
     *                it does not come            IDLE         or CLAIMING if somebody waits
     *                wanted after a hand-off     IDLE         Redirect
     *   CLAIMING     entry is ours               FENCING      ClaimEpoch
     *                entry is another's          IDLE         Redirect all; or ClaimEntry naming it, if suspected
     *                unavailable                 CLAIMING     ClaimEntry again, same claim id, after a pause
     *   FENCING      epoch                       LOADING      ActivateEntry, Load
     *                unavailable                 FENCING      ClaimEpoch again after a pause
     *                not found                   STOPPING     Refuse all, ReleaseEntry
     *   LOADING      loaded                      HOSTING      Host, Admit all
     *                unavailable                 LOADING      Load again after a pause
     *                stale epoch                 STOPPING     ReleaseEntry; then from the start, a few times
     *                unusable                    QUARANTINED  Refuse all, ReportQuarantine
     *   HOSTING      wanted                      HOSTING      Admit
     *                hand off, drain             HOSTING      Announce, if there is a successor
     *                it is ready, or too slow    FLUSHING     Flush
     *                idle                        FLUSHING     Flush
     *                fenced by the store         HOSTING      Suspend, LookupEntry, then one of:
     *                  entry is another's        STOPPING     Redirect all, StepDown
     *                  entry is ours             HOSTING      Detach; after a while STOPPING, to claim again
     *                   (and nobody is missing)  STOPPING     StepDown, ReleaseEntry, to claim again at once
     *                   (without detaching)      STOPPING     StepDown, ReleaseEntry; the next ClaimEpoch waits a while
     *                  no entry                  STOPPING     StepDown, ReleaseEntry
     *                paused                      HOSTING      Suspend, VerifyEpoch, then Resume
     *                contradicted                HOSTING      VerifyEpoch; ReassertEntry if the store knows no other
     *                entries doubtful            HOSTING      ReassertEntry, and StepDown if another outranks us
     *                host failed                 STOPPING     StepDown; then QUARANTINED
     *   FLUSHING     flushed                     STOPPING     Invite, Unload, ReleaseEntry (hint)
     *                wanted, if only idle        HOSTING      Resume, Admit
     *                wanted, if handing off      FLUSHING     waits, is then redirected
     *                too slow                    HOSTING      Resume; on draining STOPPING all the same
     *   STOPPING     stopped and released        IDLE         or CLAIMING if somebody waits and no successor is known
     *   QUARANTINED  wanted, too early           QUARANTINED  Refuse
     *                wanted, later               CLAIMING     ClaimEntry naming the entry that was kept
     *                nobody asks for long        STOPPING     ReleaseEntry
     *   any          the wait limit passes       same         Refuse, retryable; the work goes on
     *   obtaining    the attempt limit passes    STOPPING     Refuse all, ReleaseEntry
     *   any          drain                       STOPPING     as far along as it is; nothing is taken any more
     *
     * Why a hand-off is announced: reading a long document takes time, and nobody should wait for it. So the successor reads
     * while the owner still serves, and after the flush only what was written meanwhile. Those who follow are sent to it at
     * once, and wait there; the invitation says over which entry it may claim, so that nobody waits for the release.
     *
     * Why a quarantined document keeps its entry: were it let go, the next node would try the same load and fail alike.
     *
     * Why a fenced owner looks the entry up instead of re-asserting itself: the one who fenced it may still be claiming,
     * with no epoch in its entry yet, and would be outranked by a stale one.
     *
     * Why it may go on detached: in a divided cluster with one store, both halves can own the document, and taking the
     * epoch back at once would only pass it to and fro. Clients of this half go on editing with each other; nothing is
     * acknowledged to them. When the halves meet, the entry names the winner; if they do not, claiming again after
     * {@code detachedMillis} carries this half's edits into the store. Without detaching the two take turns, after pauses
     * that grow.
     *
     * Why it may claim again at once: a claim may be carried out late, when whoever made it, this node perhaps, has long
     * given it up. It fences the owner and owns nothing. Where no node is missing, there is nobody else whom the registry
     * could not name. That no node is missing may be a mistake, so it is acted upon once in a while only.
     *
     * Answers carry the claim id they belong to. An answer to a claim that was given up is ignored, except where it says
     * that the registry now holds an entry nobody will serve: that entry is released.
     */

    /** See the table. */
    public enum Phase {
        IDLE,
        EXPECTING,
        CLAIMING,
        FENCING,
        LOADING,
        HOSTING,
        FLUSHING,
        STOPPING,
        QUARANTINED
    }

    private static final int RELEASE_TRIES_MAX = 5;

    /** @param claimIds a new unique id per call, never one of another node or an earlier run */
    public OwnershipProtocol(String localNode, OwnershipTiming timing, Supplier<String> claimIds) {
        super(localNode, timing, claimIds);
    }

    public Phase phase() {
        return phase;
    }

    /** The epoch held, 0 if none. */
    public long epoch() {
        return epoch;
    }

    /** The claim under way or held; null if there is none. */
    public String claimId() {
        return claim == null ? null : claim.claimId();
    }

    /** Whether the document is served without the right to write. */
    public boolean isDetached() {
        return detachedUntil != RetryTimer.NEVER;
    }

    /** Whether nothing would be forgotten if this object were thrown away. */
    public boolean isDisposable(long now) {
        return phase == Phase.IDLE && waiters.isEmpty() && !isSignpostValid(now) && now >= yieldUntil;
    }

    /** When {@link #tick} must be called at the latest; {@link Long#MAX_VALUE} if there is nothing to wait for. */
    public long nextDeadline() {
        long next = Math.min(waiters.nextDeadline(), Math.min(attemptRetry.at(), repeated.at()));
        next = Math.min(next, Math.min(flushUntil, detachedUntil));
        next = Math.min(next, Math.min(announcedUntil, expectUntil));
        return phase == Phase.QUARANTINED ? Math.min(next, quarantine.forgetAt()) : next;
    }

    /**
     * Somebody asks for the document and gets exactly one Admit, Redirect or Refuse for it.
     *
     * @param requestId unique on this node
     * @param presumedDead the owner that the asking side believes dead, or null
     * @param waitMillis how long it can wait, from now; more than {@link OwnershipTiming#waitMillis} counts as that
     */
    public List<OwnershipEffect> wanted(long requestId, Ownership presumedDead, long waitMillis, long now) {
        if (phase == Phase.HOSTING && !suspended) {
            emit(new Admit(requestId, claim.claimId(), epoch));
        } else if (phase == Phase.QUARANTINED && !quarantine.isOver(now)) {
            emit(new Refuse(requestId, Refusal.QUARANTINED, quarantine.until() - now));
        } else if (phase == Phase.IDLE && isSignpostValid(now)) {
            emit(new Redirect(requestId, signpost));
        } else if (phase == Phase.IDLE && draining) {
            emit(new Refuse(requestId, Refusal.DRAINING, timing.retryMaxMillis()));
        } else if (waiters.isFull()) {
            emit(new Refuse(requestId, Refusal.OVERLOADED, timing.retryMaxMillis()));
        } else {
            waiters.add(requestId, now + Math.min(waitMillis, timing.waitMillis()), presumedDead);
            wake(presumedDead, now);
        }
        return take();
    }

    private void wake(Ownership presumedDead, long now) {
        switch (phase) {
            case IDLE -> startAttempt(presumedDead, now);
            case EXPECTING -> {
                if (presumedDead != null) {
                    startAttempt(presumedDead, now);
                } else {
                    expectUntil = Math.min(expectUntil, now + 2 * timing.retryMaxMillis());
                }
            }
            case CLAIMING, FENCING, LOADING -> attemptUntil = now + timing.attemptMillis();
            case QUARANTINED -> leaveQuarantine(now);
            case FLUSHING -> {
                if (!handingOff) {
                    resumeFromFlush();
                }
            }
            default -> {
                // HOSTING but suspended, or STOPPING: what is under way ends with an answer.
            }
        }
    }

    /** Whoever asked is gone; no answer is given any more. */
    public List<OwnershipEffect> withdrawn(long requestId) {
        waiters.remove(requestId);
        return take();
    }

    /** The owner is about to hand the document to this node. @param itsEpoch under which it owns it now */
    public List<OwnershipEffect> announced(String fromNode, long itsEpoch, long now) {
        if (phase == Phase.IDLE && !draining && !fromNode.equals(localNode)) {
            signpost = null;
            expect(fromNode, itsEpoch, now);
        } else if (phase != Phase.EXPECTING) {
            emit(new Ready(fromNode, itsEpoch));
        }
        return take();
    }

    /** What could be loaded ahead is there. */
    public List<OwnershipEffect> loadedAhead(long itsEpoch, long now) {
        if (phase == Phase.EXPECTING) {
            emit(new Ready(predecessor, itsEpoch));
        }
        return take();
    }

    /** The successor is as ready as it will be. @param forEpoch the epoch that was announced to it */
    public List<OwnershipEffect> readied(String nodeId, long forEpoch, long now) {
        if (announcedUntil != RetryTimer.NEVER && nodeId.equals(successor) && forEpoch == epoch) {
            leave(now);
        }
        return take();
    }

    /**
     * The old owner has let go in favour of this node.
     *
     * @param entry its own, which the registry may still show; null if it is gone from there
     */
    public List<OwnershipEffect> invited(Ownership entry, long now) {
        signpost = null;
        if ((phase == Phase.IDLE || phase == Phase.EXPECTING) && !draining) {
            startAttempt(entry, now);
            yielded = entry;
        } else if (phase == Phase.CLAIMING) {
            yielded = entry;
        } else if (claim != null && holdsEpoch(claim.claimId())) {
            // The entry was taken from us by a claim that never reached the store, and has come back as a signpost.
            askFor(fenced ? Call.LOOKUP : Call.REASSERT);
        }
        return take();
    }

    /** Nobody has used the document for a while, or its memory is needed. A later {@link #wanted} calls it off. */
    public List<OwnershipEffect> idle(long now) {
        if (phase == Phase.HOSTING && !suspended) {
            leave(now);
        }
        return take();
    }

    /** Moves the document to another node, in order. Ignored while it is not hosted. */
    public List<OwnershipEffect> handOff(String toNode, long now) {
        if (isHosting() && !handingOff && !toNode.equals(localNode)) {
            handingOff = true;
            successor = toNode;
            depart(now);
        }
        return take();
    }

    /**
     * This node leaves: the document goes, and none is taken any more.
     *
     * @param toNode who takes over; null if nobody is known
     */
    public List<OwnershipEffect> drain(String toNode, long now) {
        draining = true;
        boolean hasSomething = phase != Phase.IDLE
                && phase != Phase.EXPECTING
                && phase != Phase.QUARANTINED
                && phase != Phase.STOPPING;
        if (!handingOff && hasSomething) {
            handingOff = true;
            successor = toNode;
        }
        switch (phase) {
            case CLAIMING, FENCING, QUARANTINED -> stop(false, true, now);
            case LOADING -> stepDown(null, true, now);
            case HOSTING, FLUSHING -> depart(now);
            case EXPECTING -> {
                refuseAll(Refusal.DRAINING, timing.retryMaxMillis());
                toIdle();
            }
            default -> {
                // IDLE has nothing to give; STOPPING is on its way.
            }
        }
        return take();
    }

    /** An operator asks that a quarantined document may be tried again at once. */
    public List<OwnershipEffect> forgive(long now) {
        quarantine.forgive(now);
        return take();
    }

    public List<OwnershipEffect> claimAnswered(String claimId, Ownership entry, long now) {
        if (!isCurrent(claimId) || phase == Phase.STOPPING) {
            releaseIfLeftBehind(claimId, entry);
        } else if (phase == Phase.CLAIMING) {
            attemptRetry.reset();
            judge(entry, now);
        }
        return take();
    }

    private void judge(Ownership entry, long now) {
        boolean isLocal = entry.nodeId().equals(localNode);
        if (entry.isClaim(claim.claimId()) && entry.state() != State.RELEASING) {
            claimEpoch(now);
        } else if ((isLocal || waiters.suspect(entry) || entry.isSameClaimAs(yielded))
                && claimRounds++ < timing.claimRoundsMax()) {
            claim = claim.presumingDead(entry);
            emit(new ClaimEntry(claim));
        } else if (isLocal) {
            refuseAll(Refusal.CONTENDED, timing.retryMaxMillis());
            toIdle();
        } else {
            redirectAll(entry);
            toIdle();
        }
    }

    public List<OwnershipEffect> claimFailed(String claimId, long now) {
        if (isCurrent(claimId) && phase == Phase.CLAIMING) {
            retryAttempt(Refusal.REGISTRY_UNAVAILABLE, now);
        }
        return take();
    }

    public List<OwnershipEffect> epochClaimed(String claimId, long claimedEpoch, long now) {
        if (isCurrent(claimId) && phase == Phase.FENCING) {
            attemptRetry.reset();
            epoch = claimedEpoch;
            phase = Phase.LOADING;
            emit(new ActivateEntry(claimId, epoch));
            emit(new Load(claimId, epoch));
        }
        return take();
    }

    public List<OwnershipEffect> epochFailed(String claimId, HostingFailure failure, long now) {
        if (isCurrent(claimId) && phase == Phase.FENCING) {
            fail(failure, now);
        }
        return take();
    }

    public List<OwnershipEffect> loaded(String claimId, long now) {
        if (isCurrent(claimId) && phase == Phase.LOADING) {
            attemptRetry.reset();
            losses = 0;
            trouble = Refusal.SLOW;
            phase = Phase.HOSTING;
            quarantine.served(now);
            emit(new Host(claimId, epoch));
            admitAll();
        }
        return take();
    }

    public List<OwnershipEffect> loadFailed(String claimId, HostingFailure failure, long now) {
        if (isCurrent(claimId) && phase == Phase.LOADING) {
            fail(failure, now);
        }
        return take();
    }

    private void fail(HostingFailure failure, long now) {
        switch (failure) {
            case UNAVAILABLE -> retryAttempt(Refusal.STORE_UNAVAILABLE, now);
            case NOT_FOUND -> {
                refuseAll(Refusal.NOT_FOUND, 0);
                stop(false, true, now);
            }
            case STALE_EPOCH -> {
                if (++losses > timing.lossesMax()) {
                    losses = 0;
                    refuseAll(Refusal.CONTENDED, timing.retryMaxMillis());
                }
                stop(false, true, now);
            }
            case UNUSABLE -> {
                quarantine.failed(now, false);
                enterQuarantine(now);
            }
        }
    }

    /** @param isOurs false if the claim is gone from the registry */
    public List<OwnershipEffect> activated(String claimId, boolean isOurs, long now) {
        if (holdsEpoch(claimId) && !isOurs && !fenced) {
            askFor(Call.REASSERT);
        }
        return take();
    }

    public List<OwnershipEffect> reasserted(String claimId, Ownership winner, long now) {
        if (!holdsEpoch(claimId)) {
            releaseIfLeftBehind(claimId, winner);
        } else if (winner.isClaim(claimId)) {
            repeated.succeeded(Call.REASSERT);
        } else {
            loseTo(winner, now);
        }
        return take();
    }

    /** @param isWhole whether the registry knows of all owners, as far as this node can tell */
    public List<OwnershipEffect> lookedUp(String claimId, Optional<Ownership> entry, boolean isWhole, long now) {
        if (!holdsEpoch(claimId) || !fenced) {
            return take();
        }
        repeated.succeeded(Call.LOOKUP);
        boolean isOurs = entry.isPresent() && entry.get().isClaim(claimId);
        if (isOurs && timing.detachedMillis() > 0 && isWhole && now >= claimsAgainFrom) {
            claimsAgainFrom = now + timing.healthyMillis();
            stepDown(null, true, now);
        } else if (isOurs && timing.detachedMillis() > 0) {
            goOnDetached(now);
        } else if (isOurs) {
            yieldToTheUnseen(now);
            stepDown(null, true, now);
        } else if (entry.isEmpty()) {
            stepDown(null, true, now);
        } else {
            loseTo(entry.get(), now);
        }
        return take();
    }

    private void goOnDetached(long now) {
        if (!isDetached()) {
            detachedUntil = now + timing.detachedMillis();
            suspended = false;
            emit(new Detach(claim.claimId(), epoch));
            admitAll();
        }
        // Whoever fenced us may turn up in this half's registry yet.
        repeated.repeat(Call.LOOKUP, now);
    }

    /** Activate, reassert or lookup got no answer from the registry. */
    public List<OwnershipEffect> entryUnavailable(String claimId, long now) {
        if (holdsEpoch(claimId)) {
            repeated.repeat(fenced ? Call.LOOKUP : Call.REASSERT, now);
        }
        return take();
    }

    /** The store refused a write as stale. */
    public List<OwnershipEffect> fenced(String claimId, long now) {
        if (!holdsEpoch(claimId) || !isHosting() || fenced) {
            return take();
        }
        fenced = true;
        repeated.clear();
        if (phase == Phase.FLUSHING || announcedUntil != RetryTimer.NEVER) {
            stepDown(null, true, now);
        } else {
            suspend();
            askFor(Call.LOOKUP);
        }
        return take();
    }

    /** Entries of the registry may be lost or replaced. */
    public List<OwnershipEffect> entriesDoubtful(long now) {
        if (claim != null && holdsEpoch(claim.claimId())) {
            askFor(fenced ? Call.LOOKUP : Call.REASSERT);
        }
        return take();
    }

    /** This node stood still for so long that it may have been replaced without noticing. */
    public List<OwnershipEffect> paused(long now) {
        if (phase == Phase.HOSTING && !fenced) {
            suspend();
            askFor(Call.VERIFY);
        }
        return take();
    }

    /** Somebody has met an owner of this document with the given epoch. */
    public List<OwnershipEffect> contradicted(long otherEpoch, long now) {
        if (phase == Phase.HOSTING && otherEpoch > epoch && !fenced && verifications == 0) {
            contradictedBy = Math.max(contradictedBy, otherEpoch);
            askFor(Call.VERIFY);
        }
        return take();
    }

    public List<OwnershipEffect> epochVerified(String claimId, long now) {
        if (holdsEpoch(claimId) && !fenced) {
            repeated.succeeded(Call.VERIFY);
            afterVerification();
            if (contradictedBy > epoch) {
                // The store knows nothing of the other, so it is not the other's store: only the registry can decide.
                contradictedBy = 0;
                askFor(Call.REASSERT);
            }
        }
        return take();
    }

    public List<OwnershipEffect> verifyFailed(String claimId, HostingFailure failure, long now) {
        if (!holdsEpoch(claimId) || fenced) {
            return take();
        }
        if (failure == HostingFailure.STALE_EPOCH) {
            return fenced(claimId, now);
        }
        // Nobody contradicts us, and without the store nothing is acknowledged anyway: serve on, ask again.
        repeated.repeat(Call.VERIFY, now);
        afterVerification();
        return take();
    }

    private void afterVerification() {
        verifications--;
        if (verifications == 0) {
            resume();
        }
    }

    /** The host threw where it must not: the document, not the node, is taken out. */
    public List<OwnershipEffect> hostFailed(String claimId, long now) {
        if (isCurrent(claimId) && isHosting()) {
            quarantine.failed(now, true);
            quarantineAfterStop = true;
            stepDown(null, draining, now);
        }
        return take();
    }

    /** A node has left the cluster. */
    public List<OwnershipEffect> nodeLeft(String nodeId, long now) {
        if (isSignpostValid(now) && signpost.route().equals(nodeId)) {
            signpost = null;
        }
        if (handingOff && nodeId.equals(successor)) {
            successor = null;
            if (announcedUntil != RetryTimer.NEVER && !draining) {
                announcedUntil = RetryTimer.NEVER;
                handingOff = false;
            } else if (announcedUntil != RetryTimer.NEVER) {
                leave(now);
            } else if (phase == Phase.FLUSHING && !draining) {
                resumeFromFlush();
            }
        }
        if (phase == Phase.EXPECTING && nodeId.equals(predecessor)) {
            stopExpecting(now);
        }
        return take();
    }

    /** The answer to Flush. */
    public List<OwnershipEffect> flushed(int number, long now) {
        if (phase == Phase.FLUSHING && number == flushNumber) {
            unload(now);
        }
        return take();
    }

    public List<OwnershipEffect> flushFailed(int number, HostingFailure failure, long now) {
        if (phase != Phase.FLUSHING || number != flushNumber) {
            return take();
        }
        if (failure == HostingFailure.STALE_EPOCH) {
            return fenced(claim.claimId(), now);
        }
        giveUpFlush(now);
        return take();
    }

    /** The host is gone: the answer to Unload and StepDown. */
    public List<OwnershipEffect> stopped(String claimId, long now) {
        if (isCurrent(claimId) && phase == Phase.STOPPING && hostStopping) {
            hostStopping = false;
            finishStop(now);
        }
        return take();
    }

    /** @param isReleased false if the registry already names another owner */
    public List<OwnershipEffect> released(String claimId, boolean isReleased, long now) {
        if (isCurrent(claimId) && phase == Phase.STOPPING && entryReleasing) {
            entryReleasing = false;
            repeated.clear();
            if (isReleased && handingOff && successor != null && !isSignpostValid(now)) {
                pointTo(successor, now);
                emit(new Invite(successor, null));
            }
            finishStop(now);
        }
        return take();
    }

    public List<OwnershipEffect> releaseFailed(String claimId, long now) {
        if (isCurrent(claimId) && phase == Phase.STOPPING && entryReleasing) {
            if (repeated.tries() < RELEASE_TRIES_MAX) {
                repeated.repeat(Call.RELEASE, now);
            } else {
                // The entry stays and sends people here; the next of them makes this node claim over it.
                entryReleasing = false;
                repeated.clear();
                finishStop(now);
            }
        }
        return take();
    }

    /** Does what has become due; harmless when nothing has. */
    public List<OwnershipEffect> tick(long now) {
        for (long requestId : waiters.takeExpired(now)) {
            emit(new Refuse(requestId, trouble, timing.retryMaxMillis()));
        }
        if (attemptRetry.takeDue(now)) {
            repeatAttempt();
        }
        repeated.takeDue(now).forEach(this::askFor);
        if (announcedUntil <= now) {
            leave(now);
        }
        if (flushUntil <= now) {
            giveUpFlush(now);
        }
        if (phase == Phase.EXPECTING && expectUntil <= now) {
            stopExpecting(now);
        }
        if (detachedUntil <= now) {
            stepDown(null, true, now);
        }
        if (phase == Phase.QUARANTINED && quarantine.forgetAt() <= now) {
            quarantine.forgive(now);
            stop(false, true, now);
        }
        return take();
    }

    private void repeatAttempt() {
        switch (phase) {
            case CLAIMING -> emit(new ClaimEntry(claim));
            case FENCING -> emit(new ClaimEpoch(claim.claimId()));
            case LOADING -> emit(new Load(claim.claimId(), epoch));
            default -> throw new AssertionError(phase);
        }
    }
}
