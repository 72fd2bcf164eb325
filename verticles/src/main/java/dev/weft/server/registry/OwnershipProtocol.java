package dev.weft.server.registry;

import dev.weft.server.registry.OwnershipEffect.Admit;
import dev.weft.server.registry.OwnershipEffect.Ready;
import dev.weft.server.registry.OwnershipEffect.Redirect;
import dev.weft.server.registry.OwnershipEffect.Refuse;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How one node comes to own one document, keeps it and lets it go. Decides only: each input returns the effects that the
 * performer carries out, in order. Time is an input, in milliseconds of any clock that does not go backwards; the
 * performer calls {@link #tick} at {@link #nextDeadline}. Not thread-safe: one thread per document.
 */
public final class OwnershipProtocol {
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
     * {@link WayIn} has the phases to LOADING, {@link Tenure} has HOSTING, {@link WayOut} has FLUSHING, STOPPING and
     * QUARANTINED; the reasons are with them. What they share is the {@link Standing}.
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

    private final OwnershipTiming timing;
    private final Standing standing;
    private final Waiters waiters;
    private final Quarantine quarantine;
    private final Deference deference;
    private final WayOut wayOut;
    private final Tenure tenure;
    private final WayIn wayIn;

    /** @param claimIds a new unique id per call, never one of another node or an earlier run */
    public OwnershipProtocol(String localNode, OwnershipTiming timing, Supplier<String> claimIds) {
        this.timing = timing;
        this.waiters = new Waiters(timing.waitersMax());
        this.standing = new Standing(localNode, waiters);
        this.quarantine = new Quarantine(timing);
        this.deference = new Deference(timing, quarantine);
        this.wayOut = new WayOut(standing, timing, quarantine, new AfterLeaving());
        this.tenure = new Tenure(standing, timing, deference, wayOut);
        this.wayIn = new WayIn(standing, timing, claimIds, quarantine, deference, tenure, wayOut);
    }

    private final class AfterLeaving implements WayOut.Sequel {
        @Override
        public void stopping() {
            wayIn.stopTrying();
            tenure.end();
        }

        @Override
        public void gone() {
            wayIn.forget();
        }

        @Override
        public void wantedAgain(long now) {
            wayIn.start(null, now);
        }
    }

    public Phase phase() {
        return standing.phase();
    }

    /** The epoch held, 0 if none. */
    public long epoch() {
        return standing.epoch();
    }

    /** The claim under way or held; null if there is none. */
    public String claimId() {
        return standing.claim() == null ? null : standing.claimId();
    }

    /** Whether the document is served without the right to write. */
    public boolean isDetached() {
        return tenure.isDetached();
    }

    /** Whether nothing would be forgotten if this object were thrown away. */
    public boolean isDisposable(long now) {
        return standing.isIn(Phase.IDLE) && waiters.isEmpty() && !wayOut.isSignpostValid(now) && deference.isOver(now);
    }

    // Time

    /** When {@link #tick} must be called at the latest; {@link Long#MAX_VALUE} if there is nothing to wait for. */
    public long nextDeadline() {
        long next = Math.min(waiters.nextDeadline(), wayIn.nextDeadline());
        next = Math.min(next, Math.min(tenure.nextDeadline(), wayOut.nextDeadline()));
        return standing.isIn(Phase.QUARANTINED) ? Math.min(next, quarantine.forgetAt()) : next;
    }

    /** Does what has become due; harmless when nothing has. */
    public List<OwnershipEffect> tick(long now) {
        for (long requestId : waiters.takeExpired(now)) {
            refuse(requestId, wayIn.trouble(), timing.retryMaxMillis());
        }
        wayIn.tick(now);
        tenure.tick(now);
        wayOut.tick(now);
        if (standing.isIn(Phase.QUARANTINED) && quarantine.forgetAt() <= now) {
            quarantine.forgive(now);
            wayOut.stop(false, true, now);
        }
        return standing.takeEffects();
    }

    // Who wants the document

    /**
     * Somebody asks for the document and gets exactly one Admit, Redirect or Refuse for it.
     *
     * @param requestId unique on this node
     * @param presumedDead the owner that the asking side believes dead, or null
     * @param waitMillis how long it can wait, from now; more than {@link OwnershipTiming#waitMillis} counts as that
     */
    public List<OwnershipEffect> wanted(long requestId, Ownership presumedDead, long waitMillis, long now) {
        if (standing.isIn(Phase.HOSTING) && !standing.isSuspended()) {
            standing.emit(new Admit(requestId, standing.claimId(), standing.epoch()));
        } else if (standing.isIn(Phase.QUARANTINED) && !quarantine.isOver(now)) {
            refuse(requestId, Refusal.QUARANTINED, quarantine.until() - now);
        } else if (standing.isIn(Phase.IDLE) && wayOut.isSignpostValid(now)) {
            standing.emit(new Redirect(requestId, wayOut.signpost()));
        } else if (standing.isIn(Phase.IDLE) && wayOut.isDraining()) {
            refuse(requestId, Refusal.DRAINING, timing.retryMaxMillis());
        } else if (waiters.isFull()) {
            refuse(requestId, Refusal.OVERLOADED, timing.retryMaxMillis());
        } else {
            waiters.add(requestId, now + Math.min(waitMillis, timing.waitMillis()), presumedDead);
            wake(presumedDead, now);
        }
        return standing.takeEffects();
    }

    private void refuse(long requestId, Refusal refusal, long retryAfterMillis) {
        standing.emit(new Refuse(requestId, refusal, retryAfterMillis));
    }

    private void wake(Ownership presumedDead, long now) {
        switch (standing.phase()) {
            case IDLE -> wayIn.start(presumedDead, now);
            case EXPECTING -> wayIn.hurry(presumedDead, now);
            case CLAIMING, FENCING, LOADING -> wayIn.prolong(now);
            case QUARANTINED -> wayIn.leaveQuarantine(now);
            case FLUSHING -> wayOut.wantedWhileFlushing();
            default -> {
                // HOSTING but suspended, or STOPPING: what is under way ends with an answer.
            }
        }
    }

    /** Whoever asked is gone; no answer is given any more. */
    public List<OwnershipEffect> withdrawn(long requestId) {
        waiters.remove(requestId);
        return standing.takeEffects();
    }

    // What another node says of a hand-off

    /** The owner is about to hand the document to this node. @param itsEpoch under which it owns it now */
    public List<OwnershipEffect> announced(String fromNode, long itsEpoch, long now) {
        if (standing.isIn(Phase.IDLE) && !wayOut.isDraining() && !standing.isLocal(fromNode)) {
            wayOut.forgetSignpost();
            wayIn.expect(fromNode, itsEpoch, now);
        } else if (!standing.isIn(Phase.EXPECTING)) {
            standing.emit(new Ready(fromNode, itsEpoch));
        }
        return standing.takeEffects();
    }

    /** The successor is as ready as it will be. @param forEpoch the epoch that was announced to it */
    public List<OwnershipEffect> readied(String nodeId, long forEpoch, long now) {
        wayOut.readied(nodeId, forEpoch, now);
        return standing.takeEffects();
    }

    /**
     * The old owner has let go in favour of this node.
     *
     * @param entry its own, which the registry may still show; null if it is gone from there
     */
    public List<OwnershipEffect> invited(Ownership entry, long now) {
        wayOut.forgetSignpost();
        boolean isFree = standing.isIn(Phase.IDLE) || standing.isIn(Phase.EXPECTING);
        if (isFree && !wayOut.isDraining()) {
            wayIn.startOver(entry, now);
        } else if (standing.isIn(Phase.CLAIMING)) {
            wayIn.mayClaimOver(entry);
        } else {
            // The entry was taken from us by a claim that never reached the store, and has come back as a signpost.
            tenure.entriesDoubtful();
        }
        return standing.takeEffects();
    }

    // Leaving

    /** Nobody has used the document for a while, or its memory is needed. A later {@link #wanted} calls it off. */
    public List<OwnershipEffect> idle(long now) {
        wayOut.idle(now);
        return standing.takeEffects();
    }

    /** Moves the document to another node, in order. Ignored while it is not hosted. */
    public List<OwnershipEffect> handOff(String toNode, long now) {
        wayOut.handOff(toNode, now);
        return standing.takeEffects();
    }

    /**
     * This node leaves: the document goes, and none is taken any more.
     *
     * @param toNode who takes over; null if nobody is known
     */
    public List<OwnershipEffect> drain(String toNode, long now) {
        wayOut.drain(toNode, now);
        return standing.takeEffects();
    }

    /** An operator asks that a quarantined document may be tried again at once. */
    public List<OwnershipEffect> forgive(long now) {
        quarantine.forgive(now);
        return standing.takeEffects();
    }

    // What happens to nodes

    /** A node has left the cluster. */
    public List<OwnershipEffect> nodeLeft(String nodeId, long now) {
        wayOut.nodeLeft(nodeId, now);
        wayIn.nodeLeft(nodeId, now);
        return standing.takeEffects();
    }

    /** This node stood still for so long that it may have been replaced without noticing. */
    public List<OwnershipEffect> paused(long now) {
        tenure.paused();
        return standing.takeEffects();
    }

    /** Entries of the registry may be lost or replaced. */
    public List<OwnershipEffect> entriesDoubtful(long now) {
        tenure.entriesDoubtful();
        return standing.takeEffects();
    }

    /** Somebody has met an owner of this document with the given epoch. */
    public List<OwnershipEffect> contradicted(long otherEpoch, long now) {
        tenure.contradicted(otherEpoch);
        return standing.takeEffects();
    }

    // Answers of the registry

    public List<OwnershipEffect> claimAnswered(String claimId, Ownership entry, long now) {
        wayIn.claimAnswered(claimId, entry, now);
        return standing.takeEffects();
    }

    public List<OwnershipEffect> claimFailed(String claimId, long now) {
        wayIn.claimFailed(claimId, now);
        return standing.takeEffects();
    }

    /** @param isOurs false if the claim is gone from the registry */
    public List<OwnershipEffect> activated(String claimId, boolean isOurs, long now) {
        tenure.activated(claimId, isOurs);
        return standing.takeEffects();
    }

    public List<OwnershipEffect> reasserted(String claimId, Ownership winner, long now) {
        tenure.reasserted(claimId, winner, now);
        return standing.takeEffects();
    }

    /** @param isWhole whether the registry knows of all owners, as far as this node can tell */
    public List<OwnershipEffect> lookedUp(String claimId, Optional<Ownership> entry, boolean isWhole, long now) {
        tenure.lookedUp(claimId, entry, isWhole, now);
        return standing.takeEffects();
    }

    /** Activate, reassert or lookup got no answer from the registry. */
    public List<OwnershipEffect> entryUnavailable(String claimId, long now) {
        tenure.entryUnavailable(claimId, now);
        return standing.takeEffects();
    }

    /** @param isReleased false if the registry already names another owner */
    public List<OwnershipEffect> released(String claimId, boolean isReleased, long now) {
        wayOut.released(claimId, isReleased, now);
        return standing.takeEffects();
    }

    public List<OwnershipEffect> releaseFailed(String claimId, long now) {
        wayOut.releaseFailed(claimId, now);
        return standing.takeEffects();
    }

    // Answers of the store

    public List<OwnershipEffect> epochClaimed(String claimId, long claimedEpoch, long now) {
        wayIn.epochClaimed(claimId, claimedEpoch);
        return standing.takeEffects();
    }

    public List<OwnershipEffect> epochFailed(String claimId, HostingFailure failure, long now) {
        wayIn.epochFailed(claimId, failure, now);
        return standing.takeEffects();
    }

    public List<OwnershipEffect> loaded(String claimId, long now) {
        wayIn.loaded(claimId, now);
        return standing.takeEffects();
    }

    public List<OwnershipEffect> loadFailed(String claimId, HostingFailure failure, long now) {
        wayIn.loadFailed(claimId, failure, now);
        return standing.takeEffects();
    }

    /** What could be loaded ahead is there. */
    public List<OwnershipEffect> loadedAhead(long itsEpoch, long now) {
        wayIn.loadedAhead(itsEpoch);
        return standing.takeEffects();
    }

    public List<OwnershipEffect> epochVerified(String claimId, long now) {
        tenure.epochVerified(claimId);
        return standing.takeEffects();
    }

    public List<OwnershipEffect> verifyFailed(String claimId, HostingFailure failure, long now) {
        tenure.verifyFailed(claimId, failure, now);
        return standing.takeEffects();
    }

    /** The store refused a write as stale. */
    public List<OwnershipEffect> fenced(String claimId, long now) {
        tenure.fenced(claimId, now);
        return standing.takeEffects();
    }

    // Answers of the host

    /** The host threw where it must not: the document, not the node, is taken out. */
    public List<OwnershipEffect> hostFailed(String claimId, long now) {
        wayOut.hostFailed(claimId, now);
        return standing.takeEffects();
    }

    /** The answer to Flush. */
    public List<OwnershipEffect> flushed(int number, long now) {
        wayOut.flushed(number, now);
        return standing.takeEffects();
    }

    public List<OwnershipEffect> flushFailed(int number, HostingFailure failure, long now) {
        wayOut.flushFailed(number, failure, now);
        return standing.takeEffects();
    }

    /** The host is gone: the answer to Unload and StepDown. */
    public List<OwnershipEffect> stopped(String claimId, long now) {
        wayOut.stopped(claimId, now);
        return standing.takeEffects();
    }
}
