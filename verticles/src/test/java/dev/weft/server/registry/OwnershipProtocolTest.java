package dev.weft.server.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weft.server.registry.Ownership.State;
import dev.weft.server.registry.OwnershipEffect.ActivateEntry;
import dev.weft.server.registry.OwnershipEffect.Admit;
import dev.weft.server.registry.OwnershipEffect.Announce;
import dev.weft.server.registry.OwnershipEffect.ClaimEntry;
import dev.weft.server.registry.OwnershipEffect.ClaimEpoch;
import dev.weft.server.registry.OwnershipEffect.Detach;
import dev.weft.server.registry.OwnershipEffect.Flush;
import dev.weft.server.registry.OwnershipEffect.Host;
import dev.weft.server.registry.OwnershipEffect.Invite;
import dev.weft.server.registry.OwnershipEffect.Load;
import dev.weft.server.registry.OwnershipEffect.LoadAhead;
import dev.weft.server.registry.OwnershipEffect.LookupEntry;
import dev.weft.server.registry.OwnershipEffect.Ready;
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
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class OwnershipProtocolTest {
    private static final OwnershipTiming TIMING = OwnershipTiming.defaults();
    private static final long WAIT = TIMING.waitMillis();
    private static final Ownership OTHERS = Ownership.active("b", "x1", 9);
    private static final Ownership SIGNPOST = new Ownership("a", 5, "c1", State.RELEASING, "b");

    private int claims;
    private final OwnershipProtocol protocol = new OwnershipProtocol("a", TIMING, () -> "c" + ++claims);
    private long now = 1_000;

    private List<OwnershipEffect> wanted(long request) {
        return protocol.wanted(request, null, WAIT, now);
    }

    private static Claim claim(String id) {
        return Claim.of(id, "a");
    }

    private void fencing() {
        wanted(1);
        protocol.claimAnswered("c1", Ownership.claiming("a", "c1"), now);
    }

    private void loading() {
        fencing();
        protocol.epochClaimed("c1", 5, now);
    }

    private void hosting() {
        loading();
        protocol.loaded("c1", now);
        protocol.activated("c1", true, now);
        assertThat(protocol.phase()).isEqualTo(Phase.HOSTING);
    }

    private void detached() {
        hosting();
        protocol.fenced("c1", now);
        protocol.lookedUp("c1", Optional.of(Ownership.active("a", "c1", 5)), false, now);
        assertThat(protocol.isDetached()).isTrue();
    }

    /** As the owner: the successor has loaded ahead. */
    private void handedOffTo(String node) {
        hosting();
        assertThat(protocol.handOff(node, now)).containsExactly(new Announce(node, 5));
        assertThat(protocol.readied(node, 5, now)).containsExactly(new Flush("c1", 1));
    }

    private List<OwnershipEffect> tickAtDeadline() {
        assertThat(protocol.nextDeadline()).isGreaterThanOrEqualTo(now).isNotEqualTo(Long.MAX_VALUE);
        now = protocol.nextDeadline();
        return protocol.tick(now);
    }

    @Nested
    class Obtaining {
        @Test
        void winsTheRegistryThenTheStoreThenLoadsThenServes() {
            assertThat(wanted(1)).containsExactly(new ClaimEntry(claim("c1")));
            assertThat(protocol.claimAnswered("c1", Ownership.claiming("a", "c1"), now))
                    .containsExactly(new ClaimEpoch("c1"));
            assertThat(protocol.epochClaimed("c1", 5, now))
                    .containsExactly(new ActivateEntry("c1", 5), new Load("c1", 5));
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
            assertThat(protocol.tick(1_000 + WAIT))
                    .containsExactly(new Refuse(1, Refusal.SLOW, TIMING.retryMaxMillis()));
            assertThat(protocol.tick(1_500 + WAIT))
                    .containsExactly(new Refuse(2, Refusal.SLOW, TIMING.retryMaxMillis()));
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
                    refused |= tickAtDeadline()
                            .contains(new Refuse(1, Refusal.STORE_UNAVAILABLE, TIMING.retryMaxMillis()));
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
    }

    @Nested
    class Holding {
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
            assertThat(protocol.entriesDoubtful(now))
                    .containsExactly(new ReassertEntry(Ownership.active("a", "c1", 5)));
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
            assertThat(protocol.verifyFailed("c1", HostingFailure.STALE_EPOCH, now))
                    .containsExactly(new LookupEntry("c1"));
        }

        @Test
        void withoutStoreItServesOnAndAsksAgain() {
            hosting();
            protocol.paused(now);
            assertThat(protocol.verifyFailed("c1", HostingFailure.UNAVAILABLE, now))
                    .containsExactly(new Resume("c1"));
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

    @Nested
    class Quarantined {
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
                            new ReportQuarantine(1, until),
                            new Refuse(1, Refusal.QUARANTINED, TIMING.quarantineMillis()));
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

    @Nested
    class Leaving {
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
            assertThat(protocol.drain("b", now))
                    .containsExactly(new StepDown("c1", 5, null), new ReleaseEntry("c1", "b"));
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
            assertThat(protocol.drain("b", now))
                    .containsExactly(new StepDown("c1", 5, null), new ReleaseEntry("c1", "b"));
        }
    }

    @Nested
    class Expecting {
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
            assertThat(protocol.drain(null, now))
                    .containsExactly(new Refuse(1, Refusal.DRAINING, TIMING.retryMaxMillis()));
            assertThat(protocol.announced("b", 9, now)).containsExactly(new Ready("b", 9));
            assertThat(protocol.invited(OTHERS, now)).isEmpty();
        }
    }

    @Test
    void refusesATimingThatBreaksThePromise() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OwnershipTiming(4_000, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1))
                .withMessageContaining("4000");
    }
}
