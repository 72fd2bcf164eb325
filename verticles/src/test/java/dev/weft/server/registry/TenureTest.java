package dev.weft.server.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.registry.OwnershipEffect.Admit;
import dev.weft.server.registry.OwnershipEffect.ClaimEntry;
import dev.weft.server.registry.OwnershipEffect.ClaimEpoch;
import dev.weft.server.registry.OwnershipEffect.Detach;
import dev.weft.server.registry.OwnershipEffect.LookupEntry;
import dev.weft.server.registry.OwnershipEffect.ReassertEntry;
import dev.weft.server.registry.OwnershipEffect.Redirect;
import dev.weft.server.registry.OwnershipEffect.ReleaseEntry;
import dev.weft.server.registry.OwnershipEffect.Resume;
import dev.weft.server.registry.OwnershipEffect.StepDown;
import dev.weft.server.registry.OwnershipEffect.Suspend;
import dev.weft.server.registry.OwnershipEffect.VerifyEpoch;
import dev.weft.server.registry.OwnershipProtocol.Phase;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TenureTest extends OwnershipProtocolSteps {
    @Test
    void aLostEntryIsReassertedAndAHigherEpochMakesUsStepDown() {
        loading();
        assertThat(protocol.activated("c1", false, now))
                .containsExactly(new ReassertEntry(Ownership.active("a", "c1", 5)));
        assertThat(protocol.reasserted("c1", OTHERS, now))
                .containsExactly(new Redirect(1, OTHERS), new StepDown("c1", 5, OTHERS));
        assertThat(protocol.loaded("c1", now)).isEmpty();
        assertThat(wanted(2)).isEmpty();
        assertThat(protocol.stopped("c1", now)).containsExactly(new ClaimEntry(claim("c2")));
    }

    @Test
    void aReassertionThatHoldsChangesNothing() {
        hosting();
        assertThat(protocol.entriesDoubtful(now)).containsExactly(new ReassertEntry(Ownership.active("a", "c1", 5)));
        assertThat(protocol.reasserted("c1", Ownership.active("a", "c1", 5), now))
                .isEmpty();
        assertThat(protocol.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aReassertionIsRepeatedUntilTheRegistryAnswers() {
        hosting();
        protocol.entriesDoubtful(now);
        protocol.entryUnavailable("c1", now);
        assertThat(tickAtDeadline()).containsExactly(new ReassertEntry(Ownership.active("a", "c1", 5)));
    }

    @Test
    void doubtConcernsNobodyWhoHoldsNothing() {
        assertThat(protocol.entriesDoubtful(now)).isEmpty();
        fencing();
        assertThat(protocol.entriesDoubtful(now)).isEmpty();
    }

    @Test
    void aFencedOwnerFallsSilentAndFollowsTheNewOne() {
        hosting();
        assertThat(protocol.fenced("c1", now)).containsExactly(new Suspend("c1"), new LookupEntry("c1"));
        assertThat(protocol.fenced("c1", now)).isEmpty();
        assertThat(wanted(2)).isEmpty();
        Ownership claiming = Ownership.claiming("b", "x2");
        assertThat(protocol.lookedUp("c1", Optional.of(claiming), false, now))
                .containsExactly(new Redirect(2, claiming), new StepDown("c1", 5, claiming));
        protocol.stopped("c1", now);
        assertThat(protocol.phase()).isEqualTo(Phase.IDLE);
    }

    @Test
    void aFencedOwnerWithoutEntryLetsGoAndClaimsAnewIfWanted() {
        hosting();
        protocol.fenced("c1", now);
        wanted(2);
        assertThat(protocol.lookedUp("c1", Optional.empty(), false, now))
                .containsExactly(new StepDown("c1", 5, null), new ReleaseEntry("c1", null));
        protocol.stopped("c1", now);
        assertThat(protocol.released("c1", true, now)).containsExactly(new ClaimEntry(claim("c2")));
    }

    @Test
    void aFencedOwnerThatItsHalfStillNamesGoesOnDetachedForAWhile() {
        hosting();
        protocol.fenced("c1", now);
        wanted(2);
        assertThat(protocol.lookedUp("c1", Optional.of(Ownership.active("a", "c1", 5)), false, now))
                .containsExactly(new Detach("c1", 5), new Admit(2, "c1", 5));
        assertThat(wanted(3)).containsExactly(new Admit(3, "c1", 5));
        long start = now;
        while (protocol.isDetached()) {
            List<OwnershipEffect> effects = tickAtDeadline();
            if (effects.contains(new LookupEntry("c1"))) {
                protocol.lookedUp("c1", Optional.of(Ownership.active("a", "c1", 5)), false, now);
            } else {
                assertThat(effects).containsExactly(new StepDown("c1", 5, null), new ReleaseEntry("c1", null));
            }
        }
        assertThat(now).isEqualTo(start + TIMING.detachedMillis());
    }

    // A claim that was given up was carried out all the same: nobody else is there.
    @Test
    void aFencedOwnerClaimsAgainAtOnceIfNobodyIsMissing() {
        hosting();
        protocol.fenced("c1", now);
        wanted(2);
        assertThat(protocol.lookedUp("c1", Optional.of(Ownership.active("a", "c1", 5)), true, now))
                .containsExactly(new StepDown("c1", 5, null), new ReleaseEntry("c1", null));
        protocol.stopped("c1", now);
        assertThat(protocol.released("c1", true, now)).containsExactly(new ClaimEntry(claim("c2")));
    }

    @Test
    void aFencedOwnerClaimsAgainAtOnceOnlyOnceInAWhile() {
        aFencedOwnerClaimsAgainAtOnceIfNobodyIsMissing();
        protocol.claimAnswered("c2", Ownership.claiming("a", "c2"), now);
        protocol.epochClaimed("c2", 7, now);
        protocol.loaded("c2", now);
        now += TIMING.healthyMillis() - 1;
        protocol.fenced("c2", now);
        Optional<Ownership> ours = Optional.of(Ownership.active("a", "c2", 7));
        assertThat(protocol.lookedUp("c2", ours, true, now)).containsExactly(new Detach("c2", 7));
        now++;
        assertThat(protocol.lookedUp("c2", ours, true, now))
                .containsExactly(new StepDown("c2", 7, null), new ReleaseEntry("c2", null));
    }

    @Test
    void aDetachedOwnerClaimsAgainWhenEverybodyIsBackAndNobodyElseOwnsIt() {
        detached();
        Optional<Ownership> ours = Optional.of(Ownership.active("a", "c1", 5));
        assertThat(protocol.lookedUp("c1", ours, false, now)).isEmpty();
        assertThat(protocol.lookedUp("c1", ours, true, now))
                .containsExactly(new StepDown("c1", 5, null), new ReleaseEntry("c1", null));
    }

    @Test
    void withoutDetachingTheHalvesTakeTurnsAfterPausesThatGrow() {
        OwnershipProtocol strict = new OwnershipProtocol("a", TIMING.withoutDetaching(), () -> "c" + ++claims);
        strict.wanted(0, null, WAIT, now);
        strict.claimAnswered("c1", Ownership.claiming("a", "c1"), now);
        long pauseBefore = 0;
        for (int turn = 1; turn <= 6; turn++) {
            String claimId = "c" + turn;
            strict.epochClaimed(claimId, turn, now);
            strict.loaded(claimId, now);
            strict.fenced(claimId, now);
            assertThat(strict.lookedUp(claimId, Optional.of(Ownership.active("a", claimId, turn)), false, now))
                    .containsExactly(new StepDown(claimId, turn, null), new ReleaseEntry(claimId, null));
            strict.wanted(turn, null, WAIT, now);
            strict.stopped(claimId, now);
            strict.released(claimId, true, now);
            String next = "c" + (turn + 1);
            assertThat(strict.claimAnswered(next, Ownership.claiming("a", next), now))
                    .isEmpty();
            long pause = strict.nextDeadline() - now;
            assertThat(pause).isBetween(pauseBefore, 4 * TIMING.retryMaxMillis());
            pauseBefore = pause;
            now += pause;
            assertThat(strict.tick(now)).containsExactly(new ClaimEpoch(next));
        }
        assertThat(pauseBefore).isEqualTo(4 * TIMING.retryMaxMillis());
    }

    @Test
    void aDetachedOwnerFollowsTheWinnerWhenTheHalvesMeet() {
        detached();
        assertThat(protocol.entriesDoubtful(now)).containsExactly(new LookupEntry("c1"));
        assertThat(protocol.lookedUp("c1", Optional.of(OTHERS), false, now))
                .containsExactly(new StepDown("c1", 5, OTHERS));
    }

    @Test
    void aDetachedOwnerHasNothingToFlush() {
        detached();
        assertThat(protocol.idle(now)).containsExactly(new StepDown("c1", 5, null), new ReleaseEntry("c1", null));
    }

    @Test
    void aLookupIsRepeatedUntilTheRegistryAnswers() {
        hosting();
        protocol.fenced("c1", now);
        protocol.entryUnavailable("c1", now);
        assertThat(tickAtDeadline()).containsExactly(new LookupEntry("c1"));
    }

    @Test
    void afterAPauseNothingLeavesBeforeTheStoreHasSpoken() {
        hosting();
        assertThat(protocol.paused(now)).containsExactly(new Suspend("c1"), new VerifyEpoch("c1", 5));
        assertThat(wanted(2)).isEmpty();
        // A second pause: the first answer may be from before it.
        assertThat(protocol.paused(now)).containsExactly(new VerifyEpoch("c1", 5));
        assertThat(protocol.epochVerified("c1", now)).isEmpty();
        assertThat(protocol.epochVerified("c1", now)).containsExactly(new Resume("c1"), new Admit(2, "c1", 5));
    }

    @Test
    void afterAPauseAReplacedOwnerFindsOut() {
        hosting();
        protocol.paused(now);
        assertThat(protocol.verifyFailed("c1", HostingFailure.STALE_EPOCH, now)).containsExactly(new LookupEntry("c1"));
    }

    @Test
    void withoutStoreItServesOnAndAsksAgain() {
        hosting();
        protocol.paused(now);
        assertThat(protocol.verifyFailed("c1", HostingFailure.UNAVAILABLE, now)).containsExactly(new Resume("c1"));
        assertThat(tickAtDeadline()).containsExactly(new VerifyEpoch("c1", 5));
        protocol.epochVerified("c1", now);
        assertThat(protocol.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whoeverHasMetANewerOwnerMakesItAskOnce() {
        hosting();
        assertThat(protocol.contradicted(5, now)).isEmpty();
        assertThat(protocol.contradicted(6, now)).containsExactly(new VerifyEpoch("c1", 5));
        assertThat(protocol.contradicted(6, now)).isEmpty();
    }

    // Each node keeps a store of its own: this one's knows no other owner.
    @Test
    void asksTheRegistryWhenTheStoreKnowsNothingOfANewerOwner() {
        hosting();
        protocol.contradicted(6, now);
        assertThat(protocol.epochVerified("c1", now))
                .containsExactly(new ReassertEntry(Ownership.active("a", "c1", 5)));
    }
}
