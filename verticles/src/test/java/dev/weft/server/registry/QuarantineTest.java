package dev.weft.server.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.registry.OwnershipEffect.ClaimEntry;
import dev.weft.server.registry.OwnershipEffect.Refuse;
import dev.weft.server.registry.OwnershipEffect.ReleaseEntry;
import dev.weft.server.registry.OwnershipEffect.ReportQuarantine;
import dev.weft.server.registry.OwnershipEffect.Resume;
import dev.weft.server.registry.OwnershipEffect.StepDown;
import dev.weft.server.registry.OwnershipProtocol.Phase;
import org.junit.jupiter.api.Test;

class QuarantineTest extends OwnershipProtocolSteps {
    private static final ClaimEntry OVER_KEPT_ENTRY =
            new ClaimEntry(Claim.of("c2", "a").presumingDead(Ownership.active("a", "c1", 5)));

    private void unusable() {
        loading();
        protocol.loadFailed("c1", HostingFailure.UNUSABLE, now);
    }

    @Test
    void aDocumentThatCannotBeLoadedIsLeftAloneForAWhile() {
        loading();
        long until = now + TIMING.quarantineMillis();
        assertThat(protocol.loadFailed("c1", HostingFailure.UNUSABLE, now))
                .containsExactly(
                        new ReportQuarantine(1, until), new Refuse(1, Refusal.QUARANTINED, TIMING.quarantineMillis()));
        now += 400;
        assertThat(wanted(2)).containsExactly(new Refuse(2, Refusal.QUARANTINED, until - now));
        now = until;
        assertThat(wanted(3)).containsExactly(OVER_KEPT_ENTRY);
        protocol.claimAnswered("c2", Ownership.claiming("a", "c2"), now);
        protocol.epochClaimed("c2", 6, now);
        assertThat(protocol.loadFailed("c2", HostingFailure.UNUSABLE, now))
                .contains(new ReportQuarantine(2, now + 2 * TIMING.quarantineMillis()));
    }

    @Test
    void anOperatorMayCutItShort() {
        unusable();
        protocol.forgive(now);
        assertThat(wanted(2)).containsExactly(OVER_KEPT_ENTRY);
    }

    @Test
    void itIsLetGoWhenNobodyAsks() {
        unusable();
        assertThat(tickAtDeadline()).containsExactly(new ReleaseEntry("c1", null));
        protocol.released("c1", true, now);
        assertThat(protocol.isDisposable(now)).isTrue();
    }

    @Test
    void aHostThatFailsTakesOnlyItsDocumentOut() {
        hosting();
        assertThat(protocol.hostFailed("c1", now)).containsExactly(new StepDown("c1", 5, null));
        wanted(2);
        assertThat(protocol.stopped("c1", now))
                .containsExactly(
                        new ReportQuarantine(1, now + TIMING.quarantineMillis()),
                        new Refuse(2, Refusal.QUARANTINED, TIMING.quarantineMillis()));
    }

    @Test
    void failuresAreForgottenAfterServingWell() {
        hosting();
        protocol.hostFailed("c1", now);
        protocol.stopped("c1", now);
        now += TIMING.quarantineMillis();
        wanted(2);
        protocol.claimAnswered("c2", Ownership.claiming("a", "c2"), now);
        protocol.epochClaimed("c2", 6, now);
        protocol.loaded("c2", now);
        now += TIMING.healthyMillis();
        protocol.hostFailed("c2", now);
        assertThat(protocol.stopped("c2", now)).contains(new ReportQuarantine(1, now + TIMING.quarantineMillis()));
    }

    /** Found by simulation: an answer from before the quarantine used to count as one from after it. */
    @Test
    void anAnswerFromBeforeTheQuarantineIsNotMistakenForALaterOne() {
        hosting();
        protocol.paused(now);
        protocol.hostFailed("c1", now);
        protocol.stopped("c1", now);
        protocol.forgive(now);
        wanted(2);
        protocol.claimAnswered("c2", Ownership.claiming("a", "c2"), now);
        protocol.epochClaimed("c2", 6, now);
        protocol.loaded("c2", now);
        protocol.epochVerified("c1", now);
        protocol.paused(now);
        assertThat(protocol.epochVerified("c2", now)).containsExactly(new Resume("c2"));
    }

    /** Found by simulation: the repeat used to fire for a claim that was no more. */
    @Test
    void aRepeatFromQuarantineEndsWithTheClaim() {
        unusable();
        protocol.entriesDoubtful(now);
        protocol.entryUnavailable("c1", now);
        protocol.forgive(now);
        wanted(2);
        protocol.claimAnswered("c2", OTHERS, now);
        assertThat(protocol.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void anOwnerThatTookItMeanwhileIsFollowed() {
        unusable();
        protocol.entriesDoubtful(now);
        protocol.reasserted("c1", OTHERS, now);
        assertThat(protocol.phase()).isEqualTo(Phase.IDLE);
    }
}
