package dev.weft.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The simulation is worth what it catches: each of these mistakes must show within a few seeds. */
class BrokenVariantsSimulationTest {
    private static final int SEEDS_MAX = 200;

    @Test
    void catchesAcknowledgingBeforeDurable() {
        requireCaught(BrokenVariants.AcknowledgesBeforeDurable::new, Invariant.I4_ACKNOWLEDGED_IS_STORED);
    }

    @Test
    void catchesAStoreWithoutFencing() {
        requireCaught(
                BrokenVariants.DoesNotFence::new, Invariant.I3_STALE_WRITES_FAIL, Invariant.I5_SEQUENCE_WITHOUT_GAP);
    }

    @Test
    void catchesALinkWithoutARing() {
        requireCaught(BrokenVariants.HasNoRing::new, Invariant.I6_CONVERGENCE, Invariant.I9_IDLE_IS_FREED);
    }

    @Test
    void catchesALinkThatDetectsNoGaps() {
        requireCaught(
                BrokenVariants.DetectsNoGaps::new,
                Invariant.CAUSAL,
                Invariant.ONCE,
                Invariant.RESUME,
                Invariant.I4_ACKNOWLEDGED_IS_STORED,
                Invariant.I5_SEQUENCE_WITHOUT_GAP);
    }

    @Test
    void catchesTrustInAStaleRegistry() {
        requireCaught(BrokenVariants.TrustsStaleRegistry::new, Invariant.I6_CONVERGENCE);
    }

    @Test
    void catchesNumbersUsedAgainAfterATakeOver() {
        requireCaught(
                BrokenVariants.ReusesNumbers::new,
                Invariant.I4_ACKNOWLEDGED_IS_STORED,
                Invariant.I5_SEQUENCE_WITHOUT_GAP);
    }

    @Test
    void catchesAnAnswerFromBeforeTheSubscription() {
        requireCaught(
                BrokenVariants.AnswersBeforeSubscription::new,
                Invariant.CAUSAL,
                Invariant.RESUME,
                Invariant.I5_SEQUENCE_WITHOUT_GAP);
    }

    @Test
    void catchesTwoClaimsInFlight() {
        requireCaught(
                BrokenVariants.ClaimsTwiceAtOnce::new, Invariant.I1_ONE_OWNER_PER_EPOCH, Invariant.I6_CONVERGENCE);
    }

    @Test
    void catchesANodeThatClosesItsSocketsFirst() {
        requireCaught(BrokenVariants.ClosesSocketsFirst::new, Invariant.I8_ORDERLY_DRAIN);
    }

    @Test
    void catchesAGatewayThatReadsOnWhenTheRingIsFull() {
        requireCaught(BrokenVariants.NeverPauses::new, Invariant.I10_BOUNDED);
    }

    @Test
    void catchesPromisesOfADetachedOwner() {
        requireCaught(
                BrokenVariants.AcknowledgesWhileDetached::new,
                Invariant.I4_ACKNOWLEDGED_IS_STORED,
                Invariant.I6_CONVERGENCE);
    }

    @Test
    void catchesAnEchoFilterThatDropsOtherChanges() {
        requireCaught(BrokenVariants.DropsWhatIsNoEcho::new, Invariant.I6_CONVERGENCE);
    }

    @Test
    void catchesAFencedOwnerThatStays() {
        requireCaught(BrokenVariants.StaysWhenFenced::new, Invariant.I6_CONVERGENCE, Invariant.I9_IDLE_IS_FREED);
    }

    @Test
    void catchesBroadcastsInTheWrongOrder() {
        requireCaught(BrokenVariants.BroadcastsBackwards::new, Invariant.CAUSAL);
    }

    @Test
    void catchesALinkThatTakesWhatIsToldAheadForDurable() {
        requireCaught(
                BrokenVariants.TrustsWhatIsToldAhead::new,
                Invariant.I4_ACKNOWLEDGED_IS_STORED,
                Invariant.I6_CONVERGENCE,
                Invariant.RESUME,
                Invariant.ONCE,
                Invariant.CAUSAL);
    }

    private static void requireCaught(Supplier<Tampering> variant, Invariant first, Invariant... others) {
        Set<Invariant> expected = EnumSet.of(first, others);
        for (long seed = 1; seed <= SEEDS_MAX; seed++) {
            try {
                new Simulation(seed, Scenario.of(seed), variant.get()).run();
            } catch (Violation violation) {
                assertThat(expected).as(violation.getMessage()).contains(violation.invariant());
                return;
            }
        }
        throw new AssertionError("Not caught within " + SEEDS_MAX + " seeds");
    }
}
