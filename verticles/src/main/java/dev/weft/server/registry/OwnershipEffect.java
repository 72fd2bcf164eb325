package dev.weft.server.registry;

/**
 * What an {@link OwnershipProtocol} wants done. The performer carries effects out in order. Where an answer is named, it
 * gives exactly one of the named inputs back for each effect, in bounded time, also for one that was overtaken: the
 * protocol knows which answers still matter.
 */
public sealed interface OwnershipEffect {
    /** {@link OwnershipRegistry#claim}. Answer: {@code claimAnswered} or {@code claimFailed}. */
    record ClaimEntry(Claim claim) implements OwnershipEffect {}

    /** Raise the document's epoch in the store. Answer: {@code epochClaimed} or {@code epochFailed}. */
    record ClaimEpoch(String claimId) implements OwnershipEffect {}

    /** {@link OwnershipRegistry#activate}. Answer: {@code activated} or {@code entryUnavailable}. */
    record ActivateEntry(String claimId, long epoch) implements OwnershipEffect {}

    /** Read the document at this epoch, without serving it yet. Answer: {@code loaded} or {@code loadFailed}. */
    record Load(String claimId, long epoch) implements OwnershipEffect {}

    /** Serve what was loaded. */
    record Host(String claimId, long epoch) implements OwnershipEffect {}

    /** Tell who asked that the document is served here. */
    record Admit(long requestId, String claimId, long epoch) implements OwnershipEffect {}

    /** Tell who asked where to ask instead: {@link Ownership#route()}. */
    record Redirect(long requestId, Ownership owner) implements OwnershipEffect {}

    /** Tell who asked that it gets nothing now. */
    record Refuse(long requestId, Refusal refusal, long retryAfterMillis) implements OwnershipEffect {}

    /** {@link OwnershipRegistry#reassert}. Answer: {@code reasserted} or {@code entryUnavailable}. */
    record ReassertEntry(Ownership mine) implements OwnershipEffect {}

    /** {@link OwnershipRegistry#lookup}. Answer: {@code lookedUp} or {@code entryUnavailable}. */
    record LookupEntry(String claimId) implements OwnershipEffect {}

    /** Ask the store whether the epoch still stands. Answer: {@code epochVerified} or {@code verifyFailed}. */
    record VerifyEpoch(String claimId, long epoch) implements OwnershipEffect {}

    /** Let no acknowledgement and no broadcast leave until {@link Resume}, {@link Detach} or {@link StepDown}. */
    record Suspend(String claimId) implements OwnershipEffect {}

    /** Accept, acknowledge and broadcast again, after {@link Suspend} or a {@link Flush} that was called off. */
    record Resume(String claimId) implements OwnershipEffect {}

    /** Go on merging and broadcasting, but write and acknowledge nothing: the store has a newer owner we cannot see. */
    record Detach(String claimId, long epoch) implements OwnershipEffect {}

    /**
     * Stop accepting and make durable what was accepted. Answer: {@code flushed} or {@code flushFailed}, with this
     * number.
     */
    record Flush(String claimId, int number) implements OwnershipEffect {}

    /**
     * Give up memory and timers of a document that was flushed. Answer: {@code stopped}.
     *
     * @param successor where whoever is attached should go at once; null if they must look for it
     */
    record Unload(String claimId, String successor) implements OwnershipEffect {}

    /**
     * Stop serving, or loading, at once: write, acknowledge and broadcast nothing more. Whoever is attached is told to
     * look for the owner anew. What the winner may lack is offered to it. Answer: {@code stopped}.
     *
     * @param winner the owner to follow; null if it is not known
     */
    record StepDown(String claimId, long epoch, Ownership winner) implements OwnershipEffect {}

    /** {@link OwnershipRegistry#release}. Answer: {@code released} or {@code releaseFailed}. */
    record ReleaseEntry(String claimId, String hint) implements OwnershipEffect {}

    /** Tell a node that it is about to be handed the document: it gets {@code announced}. May be lost. */
    record Announce(String nodeId, long epoch) implements OwnershipEffect {}

    /**
     * Read the document while its owner still serves it, so that little is left to read when it comes here. Answer:
     * {@code loadedAhead}, whether it worked or not.
     *
     * @param epoch the owner's
     */
    record LoadAhead(long epoch) implements OwnershipEffect {}

    /** Tell the owner that its announcement has done what it can: it gets {@code readied}. May be lost. */
    record Ready(String nodeId, long epoch) implements OwnershipEffect {}

    /**
     * Ask the node to take over now: it gets {@code invited}. May be lost; then the next client causes the claim.
     *
     * @param yielded the entry it may claim over; null if the registry has none of ours any more
     */
    record Invite(String nodeId, Ownership yielded) implements OwnershipEffect {}

    /** For logs and metrics: the document could not be loaded or served, for the given time in a row. */
    record ReportQuarantine(int failures, long untilMillis) implements OwnershipEffect {}
}
