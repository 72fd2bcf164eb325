package dev.weft.server.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.registry.Ownership.State;
import dev.weft.server.registry.OwnershipEffect.Announce;
import dev.weft.server.registry.OwnershipEffect.Flush;
import dev.weft.server.registry.OwnershipProtocol.Phase;
import java.util.List;
import java.util.Optional;

/** A protocol of node a, and the ways to bring it somewhere. Others own under {@link #OTHERS}. */
abstract class OwnershipProtocolSteps {
    static final OwnershipTiming TIMING = OwnershipTiming.defaults();
    static final long WAIT = TIMING.waitMillis();
    static final Ownership OTHERS = Ownership.active("b", "x1", 9);
    static final Ownership SIGNPOST = new Ownership("a", 5, "c1", State.RELEASING, "b");

    int claims;
    final OwnershipProtocol protocol = new OwnershipProtocol("a", TIMING, () -> "c" + ++claims);
    long now = 1_000;

    final List<OwnershipEffect> wanted(long request) {
        return protocol.wanted(request, null, WAIT, now);
    }

    static Claim claim(String id) {
        return Claim.of(id, "a");
    }

    final void fencing() {
        wanted(1);
        protocol.claimAnswered("c1", Ownership.claiming("a", "c1"), now);
    }

    final void loading() {
        fencing();
        protocol.epochClaimed("c1", 5, now);
    }

    final void hosting() {
        loading();
        protocol.loaded("c1", now);
        protocol.activated("c1", true, now);
        assertThat(protocol.phase()).isEqualTo(Phase.HOSTING);
    }

    final void detached() {
        hosting();
        protocol.fenced("c1", now);
        protocol.lookedUp("c1", Optional.of(Ownership.active("a", "c1", 5)), false, now);
        assertThat(protocol.isDetached()).isTrue();
    }

    /** As the owner: the successor has loaded ahead. */
    final void handedOffTo(String node) {
        hosting();
        assertThat(protocol.handOff(node, now)).containsExactly(new Announce(node, 5));
        assertThat(protocol.readied(node, 5, now)).containsExactly(new Flush("c1", 1));
    }

    final List<OwnershipEffect> tickAtDeadline() {
        assertThat(protocol.nextDeadline()).isGreaterThanOrEqualTo(now).isNotEqualTo(Long.MAX_VALUE);
        now = protocol.nextDeadline();
        return protocol.tick(now);
    }
}
