package dev.weft.server.registry;

import io.vertx.core.Future;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Repeats a claim against an owner that cannot be one: a node outside the cluster, or this node under a claim it has
 * given up. Kept out of the entry rules because the members are what this node sees, not a fact.
 */
public final class ClaimRounds {
    /** Each round needs a further dead owner to appear in between; more than a few in a row is a fault. */
    private static final int ROUNDS_MAX = 4;

    private final Function<Claim, Future<Ownership>> once;
    private final Supplier<Set<String>> members;

    public ClaimRounds(Function<Claim, Future<Ownership>> once, Supplier<Set<String>> members) {
        this.once = once;
        this.members = members;
    }

    public Future<Ownership> claim(Claim claim) {
        return round(claim, 1);
    }

    private Future<Ownership> round(Claim claim, int round) {
        return once.apply(claim).compose(present -> {
            boolean isLast = present.isClaim(claim.claimId()) || round == ROUNDS_MAX;
            return isLast || !cannotOwn(present, claim)
                    ? Future.succeededFuture(present)
                    : round(claim.presumingDead(present), round + 1);
        });
    }

    private boolean cannotOwn(Ownership present, Claim claim) {
        return present.nodeId().equals(claim.nodeId()) || !members.get().contains(present.nodeId());
    }
}
