package dev.weft.server.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class OwnershipRulesTest {
    private static final int ROUNDS = 20_000;

    /** Registries may carry out a call twice; over random entries and calls, the second time must change nothing. */
    @Test
    void everyCallMayBeRepeated() {
        long seed = Long.getLong("seed", 1L);
        Random random = new Random(seed);
        Ownership present = null;
        for (int i = 0; i < ROUNDS; i++) {
            UnaryOperator<Ownership> call = anyCall(random, present);
            Ownership once = call.apply(present);
            assertThat(call.apply(once)).as("seed %d, round %d", seed, i).isEqualTo(once);
            present = once;
        }
    }

    /** However two halves exchange what they hold, the same one stays. */
    @Test
    void reassertionOrderDoesNotMatter() {
        Random random = new Random(Long.getLong("seed", 2L));
        for (int i = 0; i < ROUNDS; i++) {
            List<Ownership> all = new ArrayList<>();
            for (int k = 0; k < 3; k++) {
                all.add(Ownership.active("n" + k, "c" + random.nextInt(100) + "-" + k, 1 + random.nextInt(3)));
            }
            Ownership forward = all.stream().reduce(null, OwnershipRules::afterReassert);
            java.util.Collections.reverse(all);
            assertThat(all.stream().reduce(null, OwnershipRules::afterReassert)).isEqualTo(forward);
        }
    }

    @Test
    void aLateRepeatOfAClaimDoesNotSetBackWhatBecameOfIt() {
        Claim claim = Claim.of("c1", "a").presumingDead(Ownership.active("a", "c1", 5));
        Ownership active = Ownership.active("a", "c1", 5);
        assertThat(OwnershipRules.afterClaim(active, claim)).isEqualTo(active);
    }

    private static UnaryOperator<Ownership> anyCall(Random random, Ownership present) {
        String node = "n" + random.nextInt(3);
        String claimId = "c" + random.nextInt(4);
        long epoch = 1 + random.nextInt(4);
        return switch (random.nextInt(4)) {
            case 0 -> {
                Claim claim = new Claim(claimId, node, random.nextBoolean() ? present : null);
                yield entry -> OwnershipRules.afterClaim(entry, claim);
            }
            case 1 -> entry -> OwnershipRules.afterActivate(entry, claimId, epoch);
            case 2 -> {
                String hint = random.nextBoolean() ? node : null;
                yield entry -> OwnershipRules.afterRelease(entry, claimId, hint);
            }
            default -> entry -> OwnershipRules.afterReassert(entry, Ownership.active(node, claimId, epoch));
        };
    }
}
