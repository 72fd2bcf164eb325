package dev.weft.server.registry;

import dev.weft.server.registry.OwnershipEffect.Detach;
import dev.weft.server.registry.OwnershipEffect.LookupEntry;
import dev.weft.server.registry.OwnershipEffect.ReassertEntry;
import dev.weft.server.registry.OwnershipEffect.Resume;
import dev.weft.server.registry.OwnershipEffect.Suspend;
import dev.weft.server.registry.OwnershipEffect.VerifyEpoch;
import dev.weft.server.registry.OwnershipProtocol.Phase;
import dev.weft.server.registry.RepeatedCalls.Call;
import java.util.Optional;

/** How a node keeps a document once it holds the epoch: what makes it doubt that it still does, and what follows then. */
final class Tenure {
    /*
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
     */

    private final Standing standing;
    private final OwnershipTiming timing;
    private final Deference deference;
    private final WayOut wayOut;
    private final RepeatedCalls repeated;

    /** Questions to the store under way; only the answer to the last one says how things are after a pause. */
    private int verifications;

    /** The highest epoch that somebody else is said to hold, while the store is asked about it. */
    private long contradictedBy;

    private long detachedUntil = RetryTimer.NEVER;

    /** Not before this time it claims again at once when it is fenced, whatever the registry says. */
    private long claimsAgainFrom = Long.MIN_VALUE;

    Tenure(Standing standing, OwnershipTiming timing, Deference deference, WayOut wayOut) {
        this.standing = standing;
        this.timing = timing;
        this.deference = deference;
        this.wayOut = wayOut;
        this.repeated = new RepeatedCalls(new RetryTimer(timing.retryMillis(), timing.retryMaxMillis()));
    }

    boolean isDetached() {
        return detachedUntil != RetryTimer.NEVER;
    }

    long nextDeadline() {
        return Math.min(repeated.at(), detachedUntil);
    }

    void tick(long now) {
        repeated.takeDue(now).forEach(this::askFor);
        if (detachedUntil <= now) {
            wayOut.stepDown(null, true, now);
        }
    }

    private void askFor(Call what) {
        switch (what) {
            case REASSERT -> standing.emit(new ReassertEntry(standing.entry()));
            case LOOKUP -> standing.emit(new LookupEntry(standing.claimId()));
            case VERIFY -> {
                verifications++;
                standing.emit(new VerifyEpoch(standing.claimId(), standing.epoch()));
            }
        }
    }

    // What the registry says

    void activated(String claimId, boolean isOurs) {
        if (standing.holdsEpoch(claimId) && !isOurs && !standing.isFenced()) {
            askFor(Call.REASSERT);
        }
    }

    /** The registry may say something else than it should. */
    void entriesDoubtful() {
        if (standing.holdsEpoch()) {
            askFor(aboutTheEntry());
        }
    }

    private Call aboutTheEntry() {
        return standing.isFenced() ? Call.LOOKUP : Call.REASSERT;
    }

    void entryUnavailable(String claimId, long now) {
        if (standing.holdsEpoch(claimId)) {
            repeated.repeat(aboutTheEntry(), now);
        }
    }

    void reasserted(String claimId, Ownership winner, long now) {
        if (!standing.holdsEpoch(claimId)) {
            wayOut.releaseIfLeftBehind(claimId, winner);
        } else if (winner.isClaim(claimId)) {
            repeated.succeeded(Call.REASSERT);
        } else {
            wayOut.loseTo(winner, now);
        }
    }

    void lookedUp(String claimId, Optional<Ownership> entry, boolean isWhole, long now) {
        if (!standing.holdsEpoch(claimId) || !standing.isFenced()) {
            return;
        }
        repeated.succeeded(Call.LOOKUP);
        boolean isOurs = entry.isPresent() && entry.get().isClaim(claimId);
        if (isOurs && timing.detachedMillis() > 0 && isWhole && now >= claimsAgainFrom) {
            claimsAgainFrom = now + timing.healthyMillis();
            wayOut.stepDown(null, true, now);
        } else if (isOurs && timing.detachedMillis() > 0) {
            goOnDetached(now);
        } else if (isOurs) {
            deference.begin(now);
            wayOut.stepDown(null, true, now);
        } else if (entry.isEmpty()) {
            wayOut.stepDown(null, true, now);
        } else {
            wayOut.loseTo(entry.get(), now);
        }
    }

    private void goOnDetached(long now) {
        if (!isDetached()) {
            detachedUntil = now + timing.detachedMillis();
            standing.suspended(false);
            standing.emit(new Detach(standing.claimId(), standing.epoch()));
            standing.admitAll();
        }
        // Whoever fenced us may turn up in this half's registry yet.
        repeated.repeat(Call.LOOKUP, now);
    }

    // What the store says

    void fenced(String claimId, long now) {
        if (!standing.holdsEpoch(claimId) || !standing.isHosting() || standing.isFenced()) {
            return;
        }
        standing.fenced(true);
        repeated.clear();
        if (wayOut.isBegun()) {
            wayOut.stepDown(null, true, now);
        } else {
            suspend();
            askFor(Call.LOOKUP);
        }
    }

    void paused() {
        if (standing.isIn(Phase.HOSTING) && !standing.isFenced()) {
            suspend();
            askFor(Call.VERIFY);
        }
    }

    void contradicted(long otherEpoch) {
        if (standing.isIn(Phase.HOSTING)
                && otherEpoch > standing.epoch()
                && !standing.isFenced()
                && verifications == 0) {
            contradictedBy = Math.max(contradictedBy, otherEpoch);
            askFor(Call.VERIFY);
        }
    }

    void epochVerified(String claimId) {
        if (standing.holdsEpoch(claimId) && !standing.isFenced()) {
            repeated.succeeded(Call.VERIFY);
            afterVerification();
            if (contradictedBy > standing.epoch()) {
                // The store knows nothing of the other, so it is not the other's store: only the registry can decide.
                contradictedBy = 0;
                askFor(Call.REASSERT);
            }
        }
    }

    void verifyFailed(String claimId, HostingFailure failure, long now) {
        if (!standing.holdsEpoch(claimId) || standing.isFenced()) {
            return;
        }
        if (failure == HostingFailure.STALE_EPOCH) {
            fenced(claimId, now);
            return;
        }
        // Nobody contradicts us, and without the store nothing is acknowledged anyway: serve on, ask again.
        repeated.repeat(Call.VERIFY, now);
        afterVerification();
    }

    private void afterVerification() {
        verifications--;
        if (verifications == 0) {
            resume();
        }
    }

    private void suspend() {
        if (!standing.isSuspended()) {
            standing.suspended(true);
            standing.emit(new Suspend(standing.claimId()));
        }
    }

    private void resume() {
        if (standing.isSuspended()) {
            standing.suspended(false);
            standing.emit(new Resume(standing.claimId()));
            standing.admitAll();
        }
    }

    /** Asks nothing again: what is asked next belongs to another claim. */
    void forgetQuestions() {
        repeated.clear();
    }

    void end() {
        standing.fenced(false);
        standing.suspended(false);
        verifications = 0;
        contradictedBy = 0;
        detachedUntil = RetryTimer.NEVER;
        repeated.clear();
    }
}
