package dev.weft.server.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.registry.Ownership.State;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every registry promises. Three nodes, {@code a}, {@code b} and {@code c}, share one directory. */
public abstract class OwnershipRegistryContract {
    protected final DocumentKey key = DocumentKey.aware("doc-" + UUID.randomUUID());

    /** A member's view, by index 0 to 2. */
    protected abstract OwnershipRegistry node(int index);

    protected final String nodeId(int index) {
        return node(index).localNode();
    }

    protected static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Ownership claim(int index, String claimId) {
        return await(node(index).claim(key, Claim.of(claimId, nodeId(index))));
    }

    private Optional<Ownership> lookup(int index) {
        return await(node(index).lookup(key));
    }

    @Test
    void nobodyOwnsAnUnknownDocument() {
        assertThat(lookup(0)).isEmpty();
    }

    @Test
    void aClaimIsSeenByEveryNodeAndHasNoEpochYet() {
        Ownership mine = Ownership.claiming(nodeId(0), "c1");
        assertThat(claim(0, "c1")).isEqualTo(mine);
        assertThat(lookup(1)).contains(mine);
        assertThat(lookup(2)).contains(mine);
    }

    @Test
    void theSecondClaimLearnsWhoWasFirst() {
        claim(0, "c1");
        assertThat(claim(1, "c2")).isEqualTo(Ownership.claiming(nodeId(0), "c1"));
    }

    @Test
    void ofConcurrentClaimsExactlyOneWins() {
        List<Future<Ownership>> claims = List.of(
                node(0).claim(key, Claim.of("c1", nodeId(0))),
                node(1).claim(key, Claim.of("c2", nodeId(1))),
                node(2).claim(key, Claim.of("c3", nodeId(2))));
        assertThat(claims.stream().map(OwnershipRegistryContract::await).distinct())
                .hasSize(1);
    }

    @Test
    void aRepeatedClaimChangesNothing() {
        claim(0, "c1");
        assertThat(claim(0, "c1")).isEqualTo(Ownership.claiming(nodeId(0), "c1"));
        await(node(0).activate(key, "c1", 7));
        assertThat(claim(0, "c1")).isEqualTo(Ownership.active(nodeId(0), "c1", 7));
    }

    @Test
    void activationTellsTheEpochToAll() {
        claim(0, "c1");
        assertThat(await(node(0).activate(key, "c1", 7))).isTrue();
        assertThat(await(node(0).activate(key, "c1", 7))).isTrue();
        assertThat(lookup(2)).contains(Ownership.active(nodeId(0), "c1", 7));
    }

    @Test
    void aLostClaimCannotBeActivated() {
        claim(0, "c1");
        assertThat(await(node(1).activate(key, "c2", 8))).isFalse();
        assertThat(lookup(0)).contains(Ownership.claiming(nodeId(0), "c1"));
    }

    @Test
    void releaseMakesRoomForTheNext() {
        claim(0, "c1");
        await(node(0).activate(key, "c1", 7));
        assertThat(await(node(0).release(key, "c1", null))).isTrue();
        assertThat(await(node(0).release(key, "c1", null))).isTrue();
        assertThat(lookup(1)).isEmpty();
        assertThat(claim(1, "c2").isClaim("c2")).isTrue();
    }

    @Test
    void releaseNeverTouchesAnothersClaim() {
        claim(0, "c1");
        assertThat(await(node(1).release(key, "c2", nodeId(1)))).isFalse();
        assertThat(lookup(0)).contains(Ownership.claiming(nodeId(0), "c1"));
    }

    @Test
    void aHandoffLeavesASignpostThatTheNextClaimReplaces() {
        claim(0, "c1");
        await(node(0).activate(key, "c1", 7));
        assertThat(await(node(0).release(key, "c1", nodeId(1)))).isTrue();
        Ownership signpost = lookup(2).orElseThrow();
        assertThat(signpost.state()).isEqualTo(State.RELEASING);
        assertThat(signpost.route()).isEqualTo(nodeId(1));
        assertThat(await(node(0).activate(key, "c1", 7))).isFalse();
        assertThat(claim(1, "c2")).isEqualTo(Ownership.claiming(nodeId(1), "c2"));
    }

    @Test
    void theHintedNodeIsExpectedButAnyoneMayTakeWhatWasReleased() {
        claim(0, "c1");
        await(node(0).release(key, "c1", nodeId(1)));
        assertThat(claim(2, "c3").isClaim("c3")).isTrue();
    }

    @Test
    void aSuspicionIsGrantedOnlyIfItNamesExactlyThePresentOwner() {
        claim(0, "c1");
        await(node(0).activate(key, "c1", 7));
        Ownership outdated = Ownership.active(nodeId(0), "c0", 6);
        assertThat(await(node(1).claim(key, Claim.of("c2", nodeId(1)).presumingDead(outdated))))
                .isEqualTo(Ownership.active(nodeId(0), "c1", 7));
        Ownership exact = Ownership.active(nodeId(0), "c1", 7);
        assertThat(await(node(1).claim(key, Claim.of("c2", nodeId(1)).presumingDead(exact))))
                .isEqualTo(Ownership.claiming(nodeId(1), "c2"));
        // The second to suspect the same owner finds that somebody has acted already.
        assertThat(await(node(2).claim(key, Claim.of("c3", nodeId(2)).presumingDead(exact))))
                .isEqualTo(Ownership.claiming(nodeId(1), "c2"));
    }

    @Test
    void anOwnerOutsideTheClusterIsNoOwner() {
        await(node(0).reassert(key, Ownership.active("stranger", "c0", 9)));
        assertThat(claim(0, "c1").isClaim("c1")).isTrue();
    }

    @Test
    void aNodeReplacesItsOwnForgottenClaim() {
        claim(0, "c1");
        assertThat(claim(0, "c2")).isEqualTo(Ownership.claiming(nodeId(0), "c2"));
    }

    @Test
    void reassertionRestoresWhatWasLost() {
        Ownership mine = Ownership.active(nodeId(0), "c1", 7);
        assertThat(await(node(0).reassert(key, mine))).isEqualTo(mine);
        assertThat(await(node(0).reassert(key, mine))).isEqualTo(mine);
        assertThat(lookup(1)).contains(mine);
    }

    @Test
    void reassertionIsDecidedByEpoch() {
        Ownership older = Ownership.active(nodeId(0), "z", 7);
        Ownership newer = Ownership.active(nodeId(1), "a", 8);
        await(node(0).reassert(key, older));
        assertThat(await(node(1).reassert(key, newer))).isEqualTo(newer);
        assertThat(await(node(0).reassert(key, older))).isEqualTo(newer);
        assertThat(lookup(2)).contains(newer);
    }

    @Test
    void aClaimWithoutEpochYieldsToWhoeverHasOne() {
        claim(1, "c2");
        Ownership mine = Ownership.active(nodeId(0), "c1", 1);
        assertThat(await(node(0).reassert(key, mine))).isEqualTo(mine);
        assertThat(await(node(1).activate(key, "c2", 2))).isFalse();
    }

    @Test
    void aReleasedOwnerCannotReassertItself() {
        claim(0, "c1");
        await(node(0).activate(key, "c1", 7));
        await(node(0).release(key, "c1", nodeId(1)));
        Ownership left = await(node(0).reassert(key, Ownership.active(nodeId(0), "c1", 7)));
        assertThat(left.state()).isEqualTo(State.RELEASING);
    }

    @Test
    void theTwoKindsOfADocumentHaveOwnersOfTheirOwn() {
        claim(0, "c1");
        DocumentKey relay = DocumentKey.relay(key.id());
        assertThat(await(node(1).claim(relay, Claim.of("c2", nodeId(1)))).isClaim("c2"))
                .isTrue();
    }

    @Test
    void listsAndCountsWhatANodeOwns() {
        DocumentKey relay = DocumentKey.relay(key.id());
        int before = await(node(2).loads()).getOrDefault(nodeId(0), 0);
        claim(0, "c1");
        await(node(0).claim(relay, Claim.of("c2", nodeId(0))));
        assertThat(await(node(1).ownedBy(nodeId(0)))).contains(key, relay).isSorted();
        assertThat(await(node(2).loads())).containsEntry(nodeId(0), before + 2);
    }

    @Test
    void allSeeTheSameMembers() {
        assertThat(node(0).members()).containsExactlyInAnyOrder(nodeId(0), nodeId(1), nodeId(2));
        assertThat(node(2).members()).isEqualTo(node(0).members());
    }
}
