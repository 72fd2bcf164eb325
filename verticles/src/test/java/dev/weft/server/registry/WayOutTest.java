package dev.weft.server.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.registry.OwnershipEffect.Admit;
import dev.weft.server.registry.OwnershipEffect.Announce;
import dev.weft.server.registry.OwnershipEffect.ClaimEntry;
import dev.weft.server.registry.OwnershipEffect.Flush;
import dev.weft.server.registry.OwnershipEffect.Invite;
import dev.weft.server.registry.OwnershipEffect.Redirect;
import dev.weft.server.registry.OwnershipEffect.Refuse;
import dev.weft.server.registry.OwnershipEffect.ReleaseEntry;
import dev.weft.server.registry.OwnershipEffect.Resume;
import dev.weft.server.registry.OwnershipEffect.StepDown;
import dev.weft.server.registry.OwnershipEffect.Unload;
import dev.weft.server.registry.OwnershipProtocol.Phase;
import org.junit.jupiter.api.Test;

class WayOutTest extends OwnershipProtocolSteps {
    @Test
    void anIdleDocumentIsFlushedReleasedAndForgotten() {
        hosting();
        assertThat(protocol.idle(now)).containsExactly(new Flush("c1", 1));
        assertThat(protocol.flushed(1, now)).containsExactly(new Unload("c1", null), new ReleaseEntry("c1", null));
        assertThat(protocol.released("c1", true, now)).isEmpty();
        assertThat(protocol.stopped("c1", now)).isEmpty();
        assertThat(protocol.isDisposable(now)).isTrue();
    }

    @Test
    void aMessageThatArrivesMeanwhileCancelsIt() {
        hosting();
        protocol.idle(now);
        assertThat(wanted(2)).containsExactly(new Resume("c1"), new Admit(2, "c1", 5));
        // The answer to the first flush must not end the second: there were edits in between.
        assertThat(protocol.idle(now)).containsExactly(new Flush("c1", 2));
        assertThat(protocol.flushed(1, now)).isEmpty();
        assertThat(protocol.flushed(2, now)).isNotEmpty();
    }

    @Test
    void whoAsksTooLateToCancelIsServedByANewClaim() {
        hosting();
        protocol.idle(now);
        protocol.flushed(1, now);
        assertThat(wanted(2)).isEmpty();
        protocol.released("c1", true, now);
        assertThat(protocol.stopped("c1", now)).containsExactly(new ClaimEntry(claim("c2")));
    }

    @Test
    void aStoreThatIsAwayKeepsTheDocumentInMemory() {
        hosting();
        protocol.idle(now);
        assertThat(protocol.flushFailed(1, HostingFailure.UNAVAILABLE, now)).containsExactly(new Resume("c1"));
        assertThat(protocol.phase()).isEqualTo(Phase.HOSTING);
    }

    @Test
    void aFlushThatFindsANewerOwnerEndsTheOwnership() {
        hosting();
        protocol.idle(now);
        assertThat(protocol.flushFailed(1, HostingFailure.STALE_EPOCH, now))
                .containsExactly(new StepDown("c1", 5, null), new ReleaseEntry("c1", null));
    }

    @Test
    void aHandOffFlushesInvitesTheNextAndSendsEverybodyThere() {
        handedOffTo("b");
        assertThat(wanted(2)).isEmpty();
        assertThat(protocol.flushed(1, now))
                .containsExactly(
                        new Invite("b", Ownership.active("a", "c1", 5)),
                        new Redirect(2, SIGNPOST),
                        new Unload("c1", "b"),
                        new ReleaseEntry("c1", "b"));
        // The successor has claimed over the entry before it was released.
        assertThat(protocol.released("c1", false, now)).isEmpty();
        assertThat(protocol.stopped("c1", now)).isEmpty();
        assertThat(wanted(3)).containsExactly(new Redirect(3, SIGNPOST));
        assertThat(protocol.isDisposable(now)).isFalse();
        now += TIMING.signpostMillis();
        assertThat(wanted(4)).containsExactly(new ClaimEntry(claim("c2")));
    }

    @Test
    void anAnnouncedDocumentIsServedUntilTheSuccessorIsReady() {
        hosting();
        protocol.handOff("b", now);
        assertThat(wanted(2)).containsExactly(new Admit(2, "c1", 5));
        assertThat(protocol.handOff("c", now)).isEmpty();
        assertThat(protocol.readied("c", 5, now)).isEmpty();
        assertThat(protocol.readied("b", 4, now)).isEmpty();
        assertThat(protocol.readied("b", 5, now)).containsExactly(new Flush("c1", 1));
        assertThat(protocol.readied("b", 5, now)).isEmpty();
    }

    @Test
    void nobodyWaitsLongForASuccessorToBeReady() {
        hosting();
        protocol.handOff("b", now);
        assertThat(tickAtDeadline()).containsExactly(new Flush("c1", 1));
        assertThat(now).isEqualTo(1_000 + TIMING.announceMillis());
    }

    @Test
    void anAnnouncementIsVoidWhenTheSuccessorDies() {
        hosting();
        protocol.handOff("b", now);
        assertThat(protocol.nodeLeft("b", now)).isEmpty();
        assertThat(protocol.readied("b", 5, now)).isEmpty();
        assertThat(protocol.handOff("c", now)).containsExactly(new Announce("c", 5));
    }

    @Test
    void anAnnouncedDocumentOfANodeThatLeavesGoesWithoutItsSuccessor() {
        hosting();
        assertThat(protocol.drain("b", now)).containsExactly(new Announce("b", 5));
        assertThat(protocol.nodeLeft("b", now)).containsExactly(new Flush("c1", 1));
        assertThat(protocol.flushed(1, now)).containsExactly(new Unload("c1", null), new ReleaseEntry("c1", null));
    }

    @Test
    void anOwnerThatIsFencedWhileItLeavesIsGone() {
        hosting();
        protocol.handOff("b", now);
        assertThat(protocol.fenced("c1", now))
                .containsExactly(new StepDown("c1", 5, null), new ReleaseEntry("c1", "b"));
    }

    @Test
    void aDocumentMayComeBackAtOnce() {
        handedOffTo("b");
        protocol.flushed(1, now);
        protocol.released("c1", true, now);
        protocol.stopped("c1", now);
        assertThat(protocol.invited(null, now)).containsExactly(new ClaimEntry(claim("c2")));
    }

    @Test
    void aSlowHandOffIsCalledOff() {
        handedOffTo("b");
        assertThat(tickAtDeadline()).containsExactly(new Resume("c1"));
        assertThat(protocol.idle(now)).containsExactly(new Flush("c1", 2));
        assertThat(protocol.flushed(2, now)).contains(new ReleaseEntry("c1", null));
    }

    @Test
    void aHandOffToANodeThatDiesIsCalledOff() {
        handedOffTo("b");
        assertThat(protocol.nodeLeft("c", now)).isEmpty();
        assertThat(protocol.nodeLeft("b", now)).containsExactly(new Resume("c1"));
    }

    @Test
    void nobodyIsSentToASuccessorThatDied() {
        handedOffTo("b");
        protocol.flushed(1, now);
        protocol.released("c1", true, now);
        protocol.stopped("c1", now);
        protocol.nodeLeft("b", now);
        assertThat(wanted(2)).containsExactly(new ClaimEntry(claim("c2")));
    }

    @Test
    void aReleaseIsRepeatedAFewTimesAndThenLeftToTheNextClaim() {
        hosting();
        protocol.idle(now);
        protocol.flushed(1, now);
        protocol.stopped("c1", now);
        int repeats = 0;
        protocol.releaseFailed("c1", now);
        while (protocol.phase() == Phase.STOPPING) {
            assertThat(tickAtDeadline()).containsExactly(new ReleaseEntry("c1", null));
            protocol.releaseFailed("c1", now);
            repeats++;
        }
        assertThat(repeats).isEqualTo(5);
        assertThat(protocol.phase()).isEqualTo(Phase.IDLE);
    }

    @Test
    void drainingMovesWhatIsHostedEvenIfItCannotBeFlushed() {
        hosting();
        assertThat(protocol.drain("b", now)).containsExactly(new Announce("b", 5));
        assertThat(protocol.readied("b", 5, now)).containsExactly(new Flush("c1", 1));
        assertThat(tickAtDeadline())
                .containsExactly(
                        new Invite("b", Ownership.active("a", "c1", 5)),
                        new Unload("c1", "b"),
                        new ReleaseEntry("c1", "b"));
        protocol.released("c1", true, now);
        protocol.stopped("c1", now);
        now += TIMING.signpostMillis();
        assertThat(wanted(2)).containsExactly(new Refuse(2, Refusal.DRAINING, TIMING.retryMaxMillis()));
        assertThat(protocol.invited(null, now)).isEmpty();
    }

    @Test
    void drainingGivesUpWhatIsBeingObtained() {
        loading();
        assertThat(protocol.drain("b", now)).containsExactly(new StepDown("c1", 5, null), new ReleaseEntry("c1", "b"));
        assertThat(protocol.released("c1", true, now)).containsExactly(new Invite("b", null));
        assertThat(protocol.stopped("c1", now)).containsExactly(new Redirect(1, SIGNPOST));
    }

    @Test
    void aClaimThatLandsAfterItWasGivenUpIsTakenBack() {
        wanted(1);
        assertThat(protocol.drain(null, now)).containsExactly(new ReleaseEntry("c1", null));
        assertThat(protocol.claimAnswered("c1", Ownership.claiming("a", "c1"), now))
                .containsExactly(new ReleaseEntry("c1", null));
        assertThat(protocol.released("c1", true, now))
                .containsExactly(new Refuse(1, Refusal.DRAINING, TIMING.retryMaxMillis()));
    }

    @Test
    void drainingWithoutASuccessorStillLetsGo() {
        hosting();
        protocol.drain(null, now);
        assertThat(protocol.flushed(1, now)).containsExactly(new Unload("c1", null), new ReleaseEntry("c1", null));
        assertThat(protocol.released("c1", true, now)).isEmpty();
    }

    @Test
    void aFencedOwnerThatDrainsDoesNotTryToFlush() {
        hosting();
        protocol.fenced("c1", now);
        assertThat(protocol.drain("b", now)).containsExactly(new StepDown("c1", 5, null), new ReleaseEntry("c1", "b"));
    }
}
