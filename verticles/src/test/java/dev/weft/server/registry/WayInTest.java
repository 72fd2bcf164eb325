package dev.weft.server.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.registry.OwnershipEffect.ActivateEntry;
import dev.weft.server.registry.OwnershipEffect.Admit;
import dev.weft.server.registry.OwnershipEffect.ClaimEntry;
import dev.weft.server.registry.OwnershipEffect.ClaimEpoch;
import dev.weft.server.registry.OwnershipEffect.Host;
import dev.weft.server.registry.OwnershipEffect.Load;
import dev.weft.server.registry.OwnershipEffect.LoadAhead;
import dev.weft.server.registry.OwnershipEffect.Ready;
import dev.weft.server.registry.OwnershipEffect.ReassertEntry;
import dev.weft.server.registry.OwnershipEffect.Redirect;
import dev.weft.server.registry.OwnershipEffect.Refuse;
import dev.weft.server.registry.OwnershipEffect.ReleaseEntry;
import dev.weft.server.registry.OwnershipProtocol.Phase;
import org.junit.jupiter.api.Test;

class WayInTest extends OwnershipProtocolSteps {
    @Test
    void winsTheRegistryThenTheStoreThenLoadsThenServes() {
        assertThat(wanted(1)).containsExactly(new ClaimEntry(claim("c1")));
        assertThat(protocol.claimAnswered("c1", Ownership.claiming("a", "c1"), now))
                .containsExactly(new ClaimEpoch("c1"));
        assertThat(protocol.epochClaimed("c1", 5, now)).containsExactly(new ActivateEntry("c1", 5), new Load("c1", 5));
        assertThat(protocol.activated("c1", true, now)).isEmpty();
        assertThat(protocol.loaded("c1", now)).containsExactly(new Host("c1", 5), new Admit(1, "c1", 5));
        assertThat(wanted(2)).containsExactly(new Admit(2, "c1", 5));
        assertThat(protocol.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void manyWhoAskAtOnceCauseOneClaim() {
        wanted(1);
        assertThat(wanted(2)).isEmpty();
        protocol.claimAnswered("c1", Ownership.claiming("a", "c1"), now);
        assertThat(wanted(3)).isEmpty();
        protocol.epochClaimed("c1", 5, now);
        assertThat(wanted(4)).isEmpty();
        assertThat(protocol.loaded("c1", now))
                .containsExactly(
                        new Host("c1", 5),
                        new Admit(1, "c1", 5),
                        new Admit(2, "c1", 5),
                        new Admit(3, "c1", 5),
                        new Admit(4, "c1", 5));
    }

    @Test
    void sendsPeopleToTheOwnerItFinds() {
        wanted(1);
        wanted(2);
        assertThat(protocol.claimAnswered("c1", OTHERS, now))
                .containsExactly(new Redirect(1, OTHERS), new Redirect(2, OTHERS));
        assertThat(protocol.phase()).isEqualTo(Phase.IDLE);
        assertThat(protocol.isDisposable(now)).isTrue();
    }

    @Test
    void namesTheOwnerThatItsCallerBelievesDead() {
        assertThat(protocol.wanted(1, OTHERS, WAIT, now))
                .containsExactly(new ClaimEntry(claim("c1").presumingDead(OTHERS)));
    }

    @Test
    void aSuspicionThatArrivesDuringTheClaimCountsToo() {
        wanted(1);
        protocol.wanted(2, OTHERS, WAIT, now);
        assertThat(protocol.claimAnswered("c1", OTHERS, now))
                .containsExactly(new ClaimEntry(claim("c1").presumingDead(OTHERS)));
    }

    @Test
    void aSuspicionOfAnotherOwnerDoesNotCount() {
        protocol.wanted(1, Ownership.active("b", "x0", 8), WAIT, now);
        assertThat(protocol.claimAnswered("c1", OTHERS, now)).containsExactly(new Redirect(1, OTHERS));
    }

    @Test
    void claimsOverItsOwnForgottenEntryButNotForEver() {
        wanted(1);
        Ownership forgotten = Ownership.active("a", "c0", 3);
        for (int round = 0; round < TIMING.claimRoundsMax(); round++) {
            assertThat(protocol.claimAnswered("c1", forgotten, now))
                    .containsExactly(new ClaimEntry(claim("c1").presumingDead(forgotten)));
        }
        assertThat(protocol.claimAnswered("c1", forgotten, now))
                .containsExactly(new Refuse(1, Refusal.CONTENDED, TIMING.retryMaxMillis()));
        assertThat(protocol.phase()).isEqualTo(Phase.IDLE);
    }

    @Test
    void repeatsTheSameClaimWhileTheRegistryIsAway() {
        wanted(1);
        assertThat(protocol.claimFailed("c1", now)).isEmpty();
        assertThat(tickAtDeadline()).containsExactly(new ClaimEntry(claim("c1")));
        assertThat(now).isEqualTo(1_000 + TIMING.retryMillis());
        protocol.claimFailed("c1", now);
        assertThat(tickAtDeadline()).containsExactly(new ClaimEntry(claim("c1")));
        assertThat(now).isEqualTo(1_000 + 3 * TIMING.retryMillis());
    }

    @Test
    void everybodyIsAnsweredInTimeAndTheWorkGoesOn() {
        loading();
        now += 500;
        wanted(2);
        assertThat(protocol.tick(1_000 + WAIT - 1)).isEmpty();
        assertThat(protocol.tick(1_000 + WAIT)).containsExactly(new Refuse(1, Refusal.SLOW, TIMING.retryMaxMillis()));
        assertThat(protocol.tick(1_500 + WAIT)).containsExactly(new Refuse(2, Refusal.SLOW, TIMING.retryMaxMillis()));
        assertThat(protocol.loaded("c1", now)).containsExactly(new Host("c1", 5));
    }

    @Test
    void aShorterPatienceIsRespectedAndALongerOneIsNot() {
        protocol.wanted(1, null, 700, now);
        assertThat(protocol.nextDeadline()).isEqualTo(now + 700);
        protocol.withdrawn(1);
        protocol.wanted(2, null, 60_000, now);
        assertThat(protocol.nextDeadline()).isEqualTo(now + WAIT);
    }

    @Test
    void whoeverWithdrewGetsNoAnswer() {
        loading();
        protocol.withdrawn(1);
        assertThat(protocol.loaded("c1", now)).containsExactly(new Host("c1", 5));
    }

    @Test
    void noMoreWaitThanMay() {
        for (int i = 0; i < TIMING.waitersMax(); i++) {
            wanted(i);
        }
        assertThat(wanted(9_999)).containsExactly(new Refuse(9_999, Refusal.OVERLOADED, TIMING.retryMaxMillis()));
    }

    @Test
    void saysThatTheStoreIsAwayAndGivesUpWhenNobodyAsksAnyMore() {
        fencing();
        boolean refused = false;
        while (protocol.phase() == Phase.FENCING) {
            protocol.epochFailed("c1", HostingFailure.UNAVAILABLE, now);
            if (protocol.phase() == Phase.FENCING) {
                refused |= tickAtDeadline().contains(new Refuse(1, Refusal.STORE_UNAVAILABLE, TIMING.retryMaxMillis()));
            }
        }
        assertThat(refused).isTrue();
        assertThat(now).isBetween(1_000 + TIMING.attemptMillis(), 1_000 + TIMING.attemptMillis() + 1_000);
        assertThat(protocol.released("c1", true, now)).isEmpty();
        assertThat(protocol.phase()).isEqualTo(Phase.IDLE);
    }

    @Test
    void anUnknownDocumentIsRefusedForGood() {
        fencing();
        assertThat(protocol.epochFailed("c1", HostingFailure.NOT_FOUND, now))
                .containsExactly(new Refuse(1, Refusal.NOT_FOUND, 0), new ReleaseEntry("c1", null));
        assertThat(Refusal.NOT_FOUND.isRetrySafe()).isFalse();
    }

    @Test
    void aDocumentTakenAwayWhileItLoadsIsClaimedAnewButNotForEver() {
        loading();
        for (int loss = 1; loss <= TIMING.lossesMax(); loss++) {
            String claimId = "c" + loss;
            assertThat(protocol.loadFailed(claimId, HostingFailure.STALE_EPOCH, now))
                    .containsExactly(new ReleaseEntry(claimId, null));
            String next = "c" + (loss + 1);
            assertThat(protocol.released(claimId, false, now)).containsExactly(new ClaimEntry(claim(next)));
            protocol.claimAnswered(next, Ownership.claiming("a", next), now);
            protocol.epochClaimed(next, 5 + loss, now);
        }
        assertThat(protocol.loadFailed("c" + claims, HostingFailure.STALE_EPOCH, now))
                .contains(new Refuse(1, Refusal.CONTENDED, TIMING.retryMaxMillis()));
    }

    @Test
    void aLoadIsRepeatedAtTheSameEpochWhileTheStoreIsAway() {
        loading();
        protocol.loadFailed("c1", HostingFailure.UNAVAILABLE, now);
        assertThat(tickAtDeadline()).containsExactly(new Load("c1", 5));
    }

    @Test
    void anInvitationClaimsWithoutAnybodyWaiting() {
        assertThat(protocol.invited(null, now)).containsExactly(new ClaimEntry(claim("c1")));
        assertThat(protocol.invited(null, now)).isEmpty();
    }

    /** Found by simulation: somebody had claimed over us, never reached the store, and handed the entry back. */
    @Test
    void anInvitationToWhatIsHostedRestoresTheEntry() {
        hosting();
        assertThat(protocol.invited(null, now)).containsExactly(new ReassertEntry(Ownership.active("a", "c1", 5)));
    }

    @Test
    void anAnswerToAClaimGivenUpIsTakenBack() {
        wanted(1);
        protocol.claimAnswered("c1", OTHERS, now);
        // The registry had carried out an earlier try of the same claim after all.
        assertThat(protocol.claimAnswered("c1", Ownership.claiming("a", "c1"), now))
                .containsExactly(new ReleaseEntry("c1", null));
        assertThat(protocol.reasserted("c0", Ownership.active("a", "c0", 3), now))
                .containsExactly(new ReleaseEntry("c0", null));
        assertThat(protocol.claimAnswered("c1", OTHERS, now)).isEmpty();
    }

    private void expecting() {
        assertThat(protocol.announced("b", 9, now)).containsExactly(new LoadAhead(9));
        assertThat(protocol.phase()).isEqualTo(Phase.EXPECTING);
    }

    @Test
    void loadsAheadSaysSoAndClaimsOverWhatTheOwnerYields() {
        expecting();
        assertThat(protocol.loadedAhead(9, now)).containsExactly(new Ready("b", 9));
        assertThat(wanted(1)).isEmpty();
        assertThat(protocol.invited(OTHERS, now))
                .containsExactly(new ClaimEntry(claim("c1").presumingDead(OTHERS)));
        assertThat(protocol.claimAnswered("c1", Ownership.claiming("a", "c1"), now))
                .containsExactly(new ClaimEpoch("c1"));
    }

    @Test
    void anInvitationThatComesAfterTheFirstClaimCountsToo() {
        wanted(1);
        protocol.invited(OTHERS, now);
        assertThat(protocol.claimAnswered("c1", OTHERS, now))
                .containsExactly(new ClaimEntry(claim("c1").presumingDead(OTHERS)));
    }

    @Test
    void anInvitationOverrulesNobodyButWhoYields() {
        protocol.invited(OTHERS, now);
        wanted(1);
        Ownership third = Ownership.active("c", "x2", 10);
        assertThat(protocol.claimAnswered("c1", third, now)).containsExactly(new Redirect(1, third));
    }

    @Test
    void whoSuspectsTheOwnerDoesNotWaitForItsInvitation() {
        expecting();
        assertThat(protocol.wanted(1, OTHERS, WAIT, now))
                .containsExactly(new ClaimEntry(claim("c1").presumingDead(OTHERS)));
    }

    @Test
    void whatDoesNotComeIsForgotten() {
        expecting();
        assertThat(tickAtDeadline()).isEmpty();
        assertThat(protocol.isDisposable(now)).isTrue();
    }

    @Test
    void whoWaitsForWhatDoesNotComeGetsItInTheUsualWay() {
        expecting();
        wanted(1);
        assertThat(tickAtDeadline()).containsExactly(new ClaimEntry(claim("c1")));
        assertThat(now).isLessThanOrEqualTo(1_000 + WAIT / 2);
    }

    @Test
    void anOwnerThatDiesInBetweenIsNotWaitedFor() {
        expecting();
        wanted(1);
        assertThat(protocol.nodeLeft("b", now)).containsExactly(new ClaimEntry(claim("c1")));
    }

    @Test
    void aNodeThatLeavesTakesNothing() {
        expecting();
        wanted(1);
        assertThat(protocol.drain(null, now)).containsExactly(new Refuse(1, Refusal.DRAINING, TIMING.retryMaxMillis()));
        assertThat(protocol.announced("b", 9, now)).containsExactly(new Ready("b", 9));
        assertThat(protocol.invited(OTHERS, now)).isEmpty();
    }
}
