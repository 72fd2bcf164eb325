package dev.weft.server.document.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.WallClock;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.LinkMessage.Outcome;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.kit.Author;
import dev.weft.server.limits.Limit;
import dev.weft.server.registry.DocumentKey;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostedDocumentTest {
    private static final DocumentKey KEY = DocumentKey.aware("paper");
    private static final LinkAddress HERE = new LinkAddress("n1", 0, 1);
    private static final LinkAddress THERE = new LinkAddress("n2", 0, 1);
    private static final long EPOCH = 7;

    private final HostLimits limits = HostLimits.DEFAULT;
    private HostedDocument hosted = hosted(limits);
    private final Author ann = new Author(1);
    private final List<HostEffect> effects = new ArrayList<>();
    private long now = 1_000;

    @Test
    void storesAChangeBeforeAnybodyHearsOfIt() {
        attach(HERE);
        attach(THERE);
        submit(HERE, 1, ann.types("a"));

        assertThat(persists()).hasSize(1);
        assertThat(sent(LinkMessage.Broadcast.class)).isEmpty();
        assertThat(sent(LinkMessage.Accepted.class)).isEmpty();

        persisted(1);

        assertThat(sent(LinkMessage.Broadcast.class)).hasSize(2).allMatch(broadcast -> broadcast.number() == 1);
        assertThat(sent(LinkMessage.Accepted.class)).hasSize(1).allMatch(accepted -> accepted.upTo() == 1);
    }

    @Test
    void refusesMoreGatewaysThanMayFollow() {
        for (int i = 0; i < limits.followersMax(); i++) {
            attach(new LinkAddress("n" + i, 0, 1));
        }
        assertThat(effects).doesNotHaveAnyElementsOfTypes(HostEffect.Reached.class);
        attach(new LinkAddress("one too many", 0, 1));
        assertThat(effects).contains(new HostEffect.Reached(Limit.FOLLOWERS));
        assertThat(sent(LinkMessage.Refused.class)).singleElement().matches(LinkMessage.Refused::retryable);
    }

    @Test
    void tellsAJoiningSessionOnlyWhatIsDurable() {
        attach(HERE);
        submit(HERE, 1, ann.types("a"));
        persisted(1);
        submit(HERE, 2, ann.types("b"));

        attach(THERE);
        read(THERE, VersionVector.EMPTY);

        assertThat(last(LinkMessage.Attached.class).number()).isEqualTo(1);
        LinkMessage.State state = last(LinkMessage.State.class);
        assertThat(state.blobs()).hasSize(1);
        assertThat(state.number()).isEqualTo(1);
        assertThat(state.complete()).isTrue();
        assertThat(ann.holds().isStrictlyNewerThan(state.version())).isTrue();
    }

    @Test
    void answersARepeatedSubmissionWithoutStoringItAgain() {
        attach(HERE);
        List<Change> changes = ann.types("a");
        submit(HERE, 1, changes);
        persisted(1);
        effects.clear();

        submit(HERE, 1, changes);

        assertThat(persists()).isEmpty();
        assertThat(last(LinkMessage.Accepted.class).upTo()).isEqualTo(1);
        assertThat(last(LinkMessage.Accepted.class).results()).hasSize(1);
    }

    @Test
    void asksOnceForASubmissionThatWasLost() {
        attach(HERE);
        submit(HERE, 2, ann.types("a"));
        submit(HERE, 3, ann.types("b"));

        assertThat(persists()).isEmpty();
        assertThat(sent(LinkMessage.Accepted.class)).hasSize(1).allMatch(LinkMessage.Accepted::resend);
    }

    // Requests wait while a document is claimed and loaded. Another owner may answer the same link in the meantime.
    @Test
    void goesOnBehindWhatAnotherOwnerHasAnsweredSinceTheLinkFirstAsked() {
        attach(HERE, 1);
        attach(HERE, 2);
        attach(HERE, 1);
        submit(HERE, 2, ann.types("a"));
        persisted(1);

        assertThat(last(LinkMessage.Accepted.class).upTo()).isEqualTo(2);
        assertThat(sent(LinkMessage.Accepted.class)).noneMatch(LinkMessage.Accepted::resend);
    }

    @Test
    void goesOnBehindWhatItHasAnsweredToALinkThatLeftAndCameBack() {
        attach(HERE, 1);
        submit(HERE, 1, ann.types("a"));
        input(hosted.receive(new OwnerMessage.Detach(KEY, HERE), now));
        attach(HERE, 1);
        persisted(1);
        submit(HERE, 2, ann.types("b"));
        persisted(2);

        assertThat(last(LinkMessage.Accepted.class).upTo()).isEqualTo(2);
        assertThat(sent(LinkMessage.Accepted.class)).noneMatch(LinkMessage.Accepted::resend);
    }

    // Stock clients push a backlog grouped by author, so a change can come before what it builds on (G7).
    @Test
    void keepsAChangeAsideUntilItsDependencyComes() {
        attach(HERE);
        List<Change> changes = ann.types("ab");
        submit(HERE, 1, changes.subList(1, 2));
        assertThat(last(LinkMessage.Accepted.class).results().get(0).outcome()).isEqualTo(Outcome.NOT_READY);

        submit(HERE, 2, changes.subList(0, 1));
        persisted(2);

        assertThat(last(LinkMessage.Broadcast.class).entries())
                .extracting(entry -> Change.decode(entry.blob()).id())
                .containsExactly(changes.get(0).id(), changes.get(1).id());
    }

    @Test
    void fillsAGapWithExactlyWhatWasLost() {
        attach(HERE);
        submit(HERE, 1, ann.types("abc"));
        persisted(3);

        input(hosted.receive(new OwnerMessage.Resync(KEY, HERE, EPOCH, VersionVector.EMPTY, 1), now));

        LinkMessage.Attached answer = last(LinkMessage.Attached.class);
        assertThat(answer.missed()).hasSize(2);
        assertThat(answer.number()).isEqualTo(3);
        assertThat(answer.complete()).isTrue();
    }

    @Test
    void triesAgainAfterTheStoreFailed() {
        attach(HERE);
        submit(HERE, 1, ann.types("a"));
        effects.clear();

        input(hosted.persistFailed(false, now));
        assertThat(persists()).isEmpty();
        tick(limits.tickMillis());

        assertThat(persists()).hasSize(1);
        assertThat(sent(LinkMessage.Accepted.class)).isEmpty();
    }

    @Test
    void writesNothingMoreWhenTheStoreHasSeenAHigherEpoch() {
        attach(HERE);
        submit(HERE, 1, ann.types("a"));
        input(hosted.persistFailed(true, now));
        assertThat(effects).hasAtLeastOneElementOfType(HostEffect.Fenced.class);
        effects.clear();

        submit(HERE, 2, ann.types("b"));
        tick(limits.proofMillis());

        assertThat(persists()).isEmpty();
        assertThat(sent(LinkMessage.Accepted.class)).isEmpty();
        assertThat(sent(LinkMessage.Broadcast.class)).isEmpty();
    }

    @Test
    void tellsButPromisesNothingWhileItIsDetached() {
        attach(HERE);
        submit(HERE, 1, ann.types("a"));
        persisted(1);
        submit(HERE, 2, ann.types("b"));
        input(hosted.persistFailed(true, now));
        effects.clear();

        input(hosted.detach(now));
        assertThat(last(LinkMessage.Broadcast.class).number()).isEqualTo(2);
        submit(HERE, 3, ann.types("c"));
        assertThat(last(LinkMessage.Broadcast.class).number()).isEqualTo(3);
        assertThat(last(LinkMessage.Broadcast.class).durable()).isEqualTo(1);
        attach(THERE);
        assertThat(last(LinkMessage.Attached.class).number()).isEqualTo(3);
        assertThat(last(LinkMessage.Attached.class).fork().number()).isEqualTo(1);
        input(hosted.persisted(2, now));

        assertThat(sent(LinkMessage.Accepted.class)).isEmpty();
        assertThat(persists()).isEmpty();

        input(hosted.dismiss("n2"));
        assertThat(last(LinkMessage.NotOwner.class).hint()).isEqualTo("n2");
    }

    @Test
    void tellsAheadWhileTheStoreDoesNotAnswer() {
        attach(HERE);
        attach(THERE);
        submit(HERE, 1, ann.types("a"));
        tick(limits.tellAheadAfterMillis() - 1);
        assertThat(sent(LinkMessage.Broadcast.class)).isEmpty();
        tick(1);
        assertThat(sent(LinkMessage.Broadcast.class))
                .hasSize(2)
                .allMatch(broadcast -> broadcast.number() == 1 && broadcast.durable() == 0);
        submit(HERE, 2, ann.types("b"));
        assertThat(sent(LinkMessage.Broadcast.class)).hasSize(4);
        assertThat(last(LinkMessage.Broadcast.class).number()).isEqualTo(2);
        assertThat(sent(LinkMessage.Accepted.class)).isEmpty();
        effects.clear();

        persisted(1);
        assertThat(last(LinkMessage.Accepted.class).upTo()).isEqualTo(1);
        submit(HERE, 3, ann.types("c"));
        persisted(3);
        assertThat(last(LinkMessage.Accepted.class).upTo()).isEqualTo(3);
        assertThat(sent(LinkMessage.Broadcast.class))
                .as("nothing comes twice, and the store has to be waited for again")
                .hasSize(2)
                .allMatch(broadcast -> broadcast.number() == 3 && broadcast.durable() == 3);
    }

    @Test
    void saysWhenWhatItToldAheadIsDurable() {
        attach(HERE);
        attach(THERE);
        submit(HERE, 1, ann.types("a"));
        tick(limits.tellAheadAfterMillis());
        effects.clear();

        persisted(1);
        assertThat(sent(LinkMessage.Heartbeat.class))
                .hasSize(2)
                .allMatch(heartbeat -> heartbeat.number() == 1 && heartbeat.durable() == 1);
        tick(limits.heartbeatMillis() - 1);
        assertThat(sent(LinkMessage.Heartbeat.class)).hasSize(2);
    }

    @Test
    void goesOnTellingAheadAsLongAsWritesFail() {
        attach(HERE);
        submit(HERE, 1, ann.types("a"));
        input(hosted.persistFailed(false, now));
        tick(limits.tellAheadAfterMillis());
        input(hosted.persistFailed(false, now));
        submit(HERE, 2, ann.types("b"));

        assertThat(last(LinkMessage.Broadcast.class).number()).isEqualTo(2);
        assertThat(sent(LinkMessage.Accepted.class)).isEmpty();
    }

    @Test
    void tellsAJoiningSessionWhereWhatItTellsIsNotDurable() {
        attach(HERE);
        Change first = ann.type('a');
        submit(HERE, 1, List.of(first));
        persisted(1);
        submit(HERE, 2, ann.types("b"));
        tick(limits.tellAheadAfterMillis());

        attach(THERE);
        read(THERE, VersionVector.EMPTY);

        assertThat(last(LinkMessage.Attached.class).number()).isEqualTo(2);
        LinkMessage.State state = last(LinkMessage.State.class);
        assertThat(state.blobs()).hasSize(2);
        assertThat(state.number()).isEqualTo(2);
        assertThat(state.version()).isEqualTo(ann.holds());
        assertThat(state.durable()).isEqualTo(1);
        assertThat(state.durableVersion())
                .isEqualTo(VersionVector.builder().update(first.id()).build());
    }

    @Test
    void storesFirstAndTellsAtOnceIfThatIsWanted() {
        hosted = hosted(limits.withTellAheadAfterMillis(0));
        attach(HERE);
        effects.clear();
        submit(HERE, 1, ann.types("a"));
        submit(HERE, 2, ann.types("b"));

        assertThat(effects)
                .hasExactlyElementsOfTypes(HostEffect.Persist.class, HostEffect.Send.class, HostEffect.Send.class);
        assertThat(sent(LinkMessage.Broadcast.class))
                .extracting(LinkMessage.Broadcast::number)
                .containsExactly(1L, 2L);
    }

    @Test
    void sendsNobodyAwayBeforeItHasSaidWhatIsDurable() {
        hosted = hosted(limits.withTellAheadAfterMillis(0));
        attach(HERE);
        submit(HERE, 1, ann.types("a"));
        persisted(1);
        submit(HERE, 2, ann.types("b"));
        persisted(2);
        assertThat(last(LinkMessage.Heartbeat.class).durable())
                .as("it does not say so each time")
                .isEqualTo(1);

        input(hosted.dismiss("n2"));
        assertThat(last(LinkMessage.Heartbeat.class).durable()).isEqualTo(2);
    }

    // Its vector covers the change, so nothing but its position tells that the link lacks it.
    @Test
    void givesALinkOfAnEarlierOwnerWhatItLacksByPosition() {
        List<Change> newer = ann.types("b");
        attach(THERE);
        submit(THERE, 1, newer);
        // Another device of the same author, whose clock is behind.
        submit(THERE, 2, new Author(1, 500).types("a"));
        persisted(2);

        input(hosted.receive(new OwnerMessage.Attach(KEY, HERE, true, ann.holds(), EPOCH - 1, 1, 1, null, 0, ""), now));

        assertThat(last(LinkMessage.Attached.class).missed()).hasSize(1);
        assertThat(last(LinkMessage.Attached.class).number()).isEqualTo(2);
    }

    // Without a write it would never learn that somebody else took the document.
    @Test
    void asksTheStoreWhetherItIsStillTheOwnerWhenNothingIsWritten() {
        attach(HERE);
        tick(limits.tickMillis());
        tick(limits.proofMillis());

        assertThat(persists()).hasSize(1).allMatch(persist -> persist.blobs().isEmpty());

        submit(HERE, 1, ann.types("a"));
        assertThat(persists()).as("one write at a time").hasSize(1);
        persisted(0);
        assertThat(persists()).hasSize(2);
    }

    @Test
    void forgetsALinkThatSaysNothing() {
        attach(HERE);
        assertThat(hosted.isIdle()).isFalse();

        tick(limits.followerSilentMillisMax());

        assertThat(hosted.isIdle()).isTrue();
    }

    @Test
    void tellsALinkThatIsNotFollowingThatItIsNotItsOwner() {
        submit(HERE, 1, ann.types("a"));

        assertThat(persists()).isEmpty();
        assertThat(last(LinkMessage.NotOwner.class).epoch()).isEqualTo(EPOCH);
    }

    private static HostedDocument hosted(HostLimits limits) {
        DocumentReplica replica =
                new DocumentReplica(new Document(DocumentOptions.builder().build()), limits, WallClock.SYSTEM);
        return new HostedDocument(KEY, EPOCH, replica, 0, 0, limits);
    }

    private void attach(LinkAddress link) {
        attach(link, 1);
    }

    private void attach(LinkAddress link, long firstSubmit) {
        input(hosted.receive(
                new OwnerMessage.Attach(KEY, link, true, VersionVector.EMPTY, 0, 0, firstSubmit, null, 0, ""), now));
    }

    private void submit(LinkAddress link, long number, List<Change> changes) {
        List<byte[]> blobs = changes.stream().map(Change::encoded).toList();
        input(hosted.receive(new OwnerMessage.Submit(KEY, link, EPOCH, number, "s1", blobs), now));
    }

    private void read(LinkAddress link, VersionVector since) {
        input(hosted.receive(new OwnerMessage.ReadState(KEY, link, EPOCH, 1, "s2", since, 0, 1 << 20), now));
    }

    private void persisted(long upTo) {
        input(hosted.persisted(upTo, now));
    }

    private void tick(long millis) {
        now += millis;
        input(hosted.tick(now));
    }

    private void input(List<HostEffect> caused) {
        effects.addAll(caused);
    }

    private List<HostEffect.Persist> persists() {
        return effects.stream()
                .filter(HostEffect.Persist.class::isInstance)
                .map(HostEffect.Persist.class::cast)
                .toList();
    }

    private <M extends LinkMessage> List<M> sent(Class<M> type) {
        return effects.stream()
                .filter(HostEffect.Send.class::isInstance)
                .map(effect -> ((HostEffect.Send) effect).message())
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    private <M extends LinkMessage> M last(Class<M> type) {
        List<M> all = sent(type);
        assertThat(all).isNotEmpty();
        return all.get(all.size() - 1);
    }
}
