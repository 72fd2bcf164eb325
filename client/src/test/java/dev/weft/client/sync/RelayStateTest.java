package dev.weft.client.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.connection.Backoff;
import dev.weft.client.event.ConnectionStatus;
import dev.weft.client.event.ProblemKind;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Ack;
import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.ResumePoint;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.protocol.message.StateRequest;
import dev.weft.protocol.message.Welcome;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a relay client pushes, keeps and uploads: spec protocol 6.5 to 6.7 and the rule J10. */
class RelayStateTest {
    private static final String DOC = Script.DOC;

    private final MemoryReplica replica = new MemoryReplica(1);
    private final MemoryReplica other = new MemoryReplica(2);
    private Script client = scriptFor(settings());

    private static SessionSettings settings() {
        return SessionSettings.of(DOC).withBackoff(new Backoff.Policy(500, 10_000, 0, 0));
    }

    private Script scriptFor(SessionSettings settings) {
        return new Script(new RelayState(settings, replica, new SplittableRandom(1)));
    }

    private RelayState state() {
        return (RelayState) client.state;
    }

    private static Welcome welcome(long seq, Change... log) {
        return new Welcome(DOC, "s1", null, blobs(log), seq, log.length, false, Set.of());
    }

    private static Welcome welcome(Snapshot snapshot, long seq, boolean compact, Change... log) {
        String blob = Base64.getEncoder().encodeToString(snapshot.encode());
        return new Welcome(DOC, "s1", blob, blobs(log), seq, log.length, compact, Set.of());
    }

    private static List<String> blobs(Change... changes) {
        return PushQueue.blobsOf(Arrays.asList(changes));
    }

    private static RelayChanges changes(long seq, Change... changes) {
        return new RelayChanges(DOC, blobs(changes), seq, "s2");
    }

    private static Ack ack(long seq, int count, boolean compact) {
        return new Ack(DOC, seq, count, 1, compact);
    }

    private Script goLive() {
        return client.connect().opened().receive(welcome(0));
    }

    private Change editAndTell() {
        Change change = replica.edit();
        client.input(now -> state().localChange(change, now));
        return change;
    }

    private static VersionVector vectorOf(Change... changes) {
        VersionVector.Builder vector = VersionVector.builder();
        for (Change change : changes) {
            vector.update(change.id());
        }
        return vector.build();
    }

    private Push lastPush() {
        List<Push> pushes = client.sent(Push.class);
        return pushes.get(pushes.size() - 1);
    }

    @Test
    void saysHelloAndPingsWithoutAVector() {
        goLive();
        assertThat(client.sent().get(0)).isEqualTo(new Hello(DOC, replica.peer(), Set.of()));
        client.pass(15_000);
        assertThat(client.sent(Ping.class)).singleElement().satisfies(ping -> assertThat(ping.versionVector())
                .isNull());
    }

    @Test
    void pushesOneAtATimeAndEverythingThatCameMeanwhileTogether() {
        goLive();
        Change first = editAndTell();
        Change second = editAndTell();
        Change third = editAndTell();
        assertThat(client.sent(Push.class)).containsExactly(new Push(DOC, blobs(first)));
        client.receive(ack(1, 1, false));
        assertThat(lastPush()).isEqualTo(new Push(DOC, blobs(second, third)));
        client.receive(ack(3, 2, false));
        assertThat(client.sent(Push.class)).hasSize(2);
        assertThat(state().pendingChanges()).isZero();
        assertThat(state().lastKnownSeq()).isEqualTo(3);
    }

    @Test
    void pushesNothingBeforeTheWelcome() {
        client.connect();
        editAndTell();
        client.opened();
        editAndTell();
        assertThat(client.sent(Push.class)).isEmpty();
        client.receive(welcome(0));
        assertThat(lastPush().changes()).hasSize(2);
    }

    @Test
    void splitsALongQueue() {
        client = scriptFor(settings().withBounds(Bounds.DEFAULT.withFrameBytesMax(10_000)));
        for (int i = 0; i < 20; i++) {
            replica.edit(2_000);
        }
        goLive();
        int pushed = 0;
        for (int i = 0; i < 20 && pushed < 20; i++) {
            int count = lastPush().changes().size();
            assertThat(count).isLessThan(4);
            pushed += count;
            client.receive(ack(pushed, count, false));
        }
        assertThat(pushed).isEqualTo(20);
        assertThat(state().pendingChanges()).isZero();
    }

    @Test
    void boundsTheNumberOfBlobsInAPush() {
        IntStream.range(0, 250).forEach(i -> replica.edit());
        goLive();
        assertThat(lastPush().changes()).hasSize(Bounds.DEFAULT.pushChangesMax());
    }

    @Test
    void aPartialAcknowledgementPushesTheRestAgain() {
        goLive();
        editAndTell();
        Change second = editAndTell();
        Change third = editAndTell();
        client.receive(ack(1, 1, false)).receive(ack(2, 1, false));
        assertThat(lastPush()).isEqualTo(new Push(DOC, blobs(third)));
        assertThat(client.sent(Push.class).get(1)).isEqualTo(new Push(DOC, blobs(second, third)));
    }

    @Test
    void anAcknowledgementTooManyDropsNothing() {
        goLive();
        client.receive(ack(1, 1, false));
        Change change = editAndTell();
        client.receive(ack(2, 5, false));
        assertThat(client.sent(Push.class)).containsExactly(new Push(DOC, blobs(change)));
        assertThat(state().pendingChanges()).isZero();
    }

    @Test
    void anEditWhoseAcknowledgementWasLostIsNotPushedTwice() {
        goLive();
        Change stored = editAndTell();
        client.closed();
        Change offline = editAndTell();
        client.pass(1_000).opened().clear().receive(welcome(1, stored));
        assertThat(client.sent(Push.class)).containsExactly(new Push(DOC, blobs(offline)));
    }

    @Test
    void anEditThatWasLostWithTheSocketIsPushedAgain() {
        goLive();
        Change lost = editAndTell();
        client.closed().pass(1_000).opened().clear().receive(welcome(0));
        assertThat(client.sent(Push.class)).containsExactly(new Push(DOC, blobs(lost)));
    }

    @Test
    void editsMadeBeforeTheClientExistedArePushed() {
        Change old = replica.edit();
        goLive();
        assertThat(client.sent(Push.class)).containsExactly(new Push(DOC, blobs(old)));
    }

    @Test
    void aRoomThatLostItsStoreIsFilledAgainButNotByEverybodyAtOnce() {
        Change theirs = other.edit();
        client.connect().opened().receive(welcome(1, theirs));
        client.closed().pass(1_000).opened().clear().receive(welcome(0));

        assertThat(client.problems()).containsExactly(ProblemKind.SEQUENCE_RESET);
        assertThat(state().lastKnownSeq()).isZero();
        assertThat(client.sent(Push.class)).isEmpty();
        client.pass(2_000);
        assertThat(client.sent(Push.class)).containsExactly(new Push(DOC, blobs(theirs)));
    }

    @Test
    void doesNotFillInWhatAnotherMemberAlreadyBroughtBack() {
        Change theirs = other.edit();
        client.connect().opened().receive(welcome(1, theirs));
        client.closed().pass(1_000).opened().clear().receive(welcome(0), changes(1, theirs));
        client.pass(2_000);
        assertThat(client.sent(Push.class)).isEmpty();
    }

    @Test
    void anUnsolicitedWelcomeMakesItPushAgain() {
        goLive();
        Change inFlight = editAndTell();
        client.clear().receive(welcome(0));
        assertThat(client.sent(Push.class)).containsExactly(new Push(DOC, blobs(inFlight)));
    }

    @Test
    void doesNotEchoWhatItReceives() {
        goLive().clear().receive(changes(1, other.edit()));
        assertThat(client.sent()).isEmpty();
        assertThat(replica.ids()).hasSize(1);
        assertThat(state().lastKnownSeq()).isEqualTo(1);
    }

    @Test
    void readsBothBase64Alphabets() {
        Change change = Change.of(other.edit().id(), List.of(), new byte[] {-1, -2, -3, -4, -5, -6, -1, -1, -1});
        String blob = Base64.getUrlEncoder().encodeToString(change.encoded());
        assertThat(blob).containsAnyOf("-", "_");
        goLive().receive(new RelayChanges(DOC, List.of(blob), 1, null));
        assertThat(replica.ids()).hasSize(1);
    }

    @Test
    void aPoisonedBlobIsReportedAndHurtsNothingElse() {
        Change good = other.edit();
        client.connect()
                .opened()
                .receive(new Welcome(
                        DOC, "s1", "no base64!", List.of("%%%", blobs(good).get(0), "AAAA"), 3, 3, true, Set.of()));
        assertThat(client.problems()).containsExactly(ProblemKind.MALFORMED_BLOB);
        assertThat(replica.ids()).containsExactly(good.id());
        assertThat(client.sent(SnapshotUpload.class)).isEmpty();
    }

    @Test
    void asksForTheStateWhenAGapDoesNotClose() {
        Change first = other.edit();
        Change second = other.edit();
        goLive().receive(changes(2, second));
        assertThat(client.sent(StateRequest.class)).isEmpty();
        assertThat(state().lastKnownSeq()).isZero();
        client.pass(2_000);
        assertThat(client.sent(StateRequest.class)).hasSize(1);
        client.receive(welcome(2, first, second));
        assertThat(replica.ids()).hasSize(2);
        assertThat(state().lastKnownSeq()).isEqualTo(2);
        client.clear().pass(10_000);
        assertThat(client.sent(StateRequest.class)).isEmpty();
    }

    @Test
    void aGapThatClosesByItselfCostsNothing() {
        Change first = other.edit();
        Change second = other.edit();
        goLive().receive(changes(2, second))
                .pass(500)
                .receive(changes(1, first))
                .pass(5_000);
        assertThat(client.sent(StateRequest.class)).isEmpty();
        assertThat(state().lastKnownSeq()).isEqualTo(2);
    }

    @Test
    void pushesNothingWhileItsStateRequestIsUnanswered() {
        goLive();
        client.input(now -> state().requestSync(now));
        client.clear();
        Change change = editAndTell();
        assertThat(client.sent(Push.class)).isEmpty();
        client.receive(welcome(0));
        assertThat(client.sent(Push.class)).containsExactly(new Push(DOC, blobs(change)));
    }

    @Test
    void asksForNoStateWhileAPushIsInFlight() {
        goLive();
        editAndTell();
        client.clear().input(now -> state().requestSync(now));
        assertThat(client.sent()).isEmpty();
        client.pass(1_000).receive(ack(1, 1, false));
        assertThat(client.sent(StateRequest.class)).hasSize(1);
    }

    @Test
    void uploadsASnapshotOfExactlyWhatTheLogHolds() {
        goLive();
        Change change = editAndTell();
        client.receive(ack(1, 1, true));
        assertThat(client.sent(SnapshotUpload.class)).singleElement().satisfies(upload -> {
            assertThat(upload.upToSeq()).isEqualTo(1);
            Snapshot snapshot = Snapshot.decode(Base64.getDecoder().decode(upload.snapshot()));
            assertThat(snapshot.versionVector()).isEqualTo(vectorOf(change));
        });
    }

    @Test
    void uploadsNothingWhileEditsAreUnacknowledged() {
        goLive();
        editAndTell();
        editAndTell();
        client.receive(ack(1, 1, true));
        assertThat(client.sent(SnapshotUpload.class)).isEmpty();
        client.receive(ack(2, 1, false));
        assertThat(client.sent(SnapshotUpload.class)).singleElement().satisfies(upload -> assertThat(upload.upToSeq())
                .isEqualTo(2));
    }

    @Test
    void uploadsNothingWhileSomethingIsMissing() {
        Change cause = other.edit();
        Change effect = other.edit();
        client.connect().opened();
        client.receive(welcome(Snapshot.of(VersionVector.EMPTY, Map.of()), 2, true, effect));
        assertThat(client.sent(SnapshotUpload.class)).isEmpty();
        client.receive(changes(3, cause));
        assertThat(client.sent(SnapshotUpload.class)).hasSize(1);
    }

    @Test
    void anOldWishForASnapshotIsForgotten() {
        goLive();
        editAndTell();
        editAndTell();
        client.receive(ack(1, 1, true));
        client.pass(15_000)
                .receive(new Pong(DOC, 1, 1))
                .pass(14_000)
                .receive(new Pong(DOC, 1, 1))
                .pass(1_000);
        client.receive(ack(2, 1, false));
        assertThat(client.sent(SnapshotUpload.class)).isEmpty();
    }

    @Test
    void uploadsNothingFromAnEmptyRoomOrAboveTheBound() {
        client.connect().opened().receive(welcome(Snapshot.of(VersionVector.EMPTY, Map.of()), 0, true));
        assertThat(client.sent(SnapshotUpload.class)).isEmpty();
    }

    @Test
    void aSnapshotThatCannotBeAdoptedIsReportedAndNeverOverwritten() {
        replica.adopt(Snapshot.of(vectorOf(other.edit()), Map.of()));
        Change theirs = new MemoryReplica(3).edit();
        client.connect().opened().receive(welcome(Snapshot.of(vectorOf(theirs), Map.of()), 1, true));
        assertThat(client.problems()).containsExactly(ProblemKind.SNAPSHOT_NOT_ADOPTED);
        assertThat(client.sent(SnapshotUpload.class)).isEmpty();
    }

    @Test
    void aRelayThatNeverAcknowledgesIsLeft() {
        goLive();
        editAndTell();
        client.pass(15_000).receive(new Pong(DOC, 1, 1)).pass(15_000);
        assertThat(client.problems()).containsExactly(ProblemKind.REQUEST_UNANSWERED);
        assertThat(client.all(Effect.CloseSocket.class)).hasSize(1);
    }

    @Test
    void outOfSyncMeansNothingHereButAnError() {
        goLive().clear().receive(new ErrorMessage(DOC, ErrorCode.OUT_OF_SYNC, "x"));
        client.assertStatuses(ConnectionStatus.ERROR);
        assertThat(client.sent()).isEmpty();
    }

    @Test
    void editsAreDurableOnceAcknowledged() {
        goLive();
        Change change = editAndTell();
        client.clear().receive(ack(1, 1, false));
        assertThat(client.all(Effect.EditsDurable.class)).containsExactly(new Effect.EditsDurable(vectorOf(change)));
        assertThat(client.all(Effect.DurabilityUnknown.class)).isEmpty();
    }

    @Test
    void aWelcomeThatContainsAnEditMakesItDurable() {
        goLive();
        Change stored = editAndTell();
        Change lost = editAndTell();
        client.closed().pass(1_000).opened().clear().receive(welcome(1, stored));
        VersionVector durable = client.all(Effect.EditsDurable.class).get(0).versionVector();
        assertThat(durable.covers(stored.id())).isTrue();
        assertThat(durable.covers(lost.id())).isFalse();
    }

    @Test
    void theStoredQueueFollowsTheQueue() {
        Change offline = editAndTell();
        assertThat(client.all(Effect.QueueAppended.class)).containsExactly(new Effect.QueueAppended(blobs(offline)));
        goLive();
        assertThat(client.all(Effect.QueueReplaced.class)).containsExactly(new Effect.QueueReplaced(blobs(offline)));
        client.receive(ack(1, 1, false));
        assertThat(client.all(Effect.QueueDropped.class)).containsExactly(new Effect.QueueDropped(1));
        assertThat(state().pendingChanges()).isZero();
    }

    @Test
    void aRestoredQueueIsPushed() {
        Change fromEarlierRun = new MemoryReplica(1).edit();
        client.input(now -> state().restore(blobs(fromEarlierRun), now));
        goLive();
        assertThat(client.sent(Push.class)).containsExactly(new Push(DOC, blobs(fromEarlierRun)));
    }

    @Test
    void aFullQueueIsRefilledFromTheDocument() {
        client = scriptFor(settings().withBounds(Bounds.DEFAULT.withOutboxChangesMax(2)));
        List<Change> edits = IntStream.range(0, 5).mapToObj(i -> editAndTell()).toList();
        client.connect().opened().receive(welcome(0));
        client.receive(ack(2, 2, false)).pass(500);
        client.receive(welcome(2, edits.get(0), edits.get(1)));
        client.receive(ack(4, 2, false)).pass(1_000);
        client.receive(welcome(4, edits.subList(0, 4).toArray(Change[]::new)));
        assertThat(client.sent(Push.class))
                .flatExtracting(Push::changes)
                .containsExactlyElementsOf(PushQueue.blobsOf(edits));
    }

    @Test
    void goesOnFromTheNumberItHoldsAndPushesOnlyWhatIsMissing() {
        client = scriptFor(settings().withCapabilities(Set.of(Capability.RESUME)));
        client.connect().opened().receive(welcomeFrom(ResumePoint.of("n1"), 0));
        Change arrived = editAndTell();
        Change lost = editAndTell();
        client.receive(changes(1, other.edit()));
        client.closed().clear().pass(1_000).opened();
        assertThat(client.sent(Hello.class).get(0).resume()).isEqualTo(new ResumePoint("n1", 1));

        client.clear().receive(welcomeFrom(new ResumePoint("n1", 1), 2, arrived));
        assertThat(lastPush().changes()).isEqualTo(blobs(lost));
        assertThat(client.all(Effect.EditsDurable.class))
                .extracting(Effect.EditsDurable::versionVector)
                .allSatisfy(durable -> {
                    assertThat(durable.covers(arrived.id())).isTrue();
                    assertThat(durable.covers(lost.id())).isFalse();
                });
    }

    @Test
    void beginsAnewWhereNumbersMeanSomethingElse() {
        client = scriptFor(settings().withCapabilities(Set.of(Capability.RESUME)));
        Change first = other.edit();
        client.connect().opened().receive(welcomeFrom(ResumePoint.of("n1"), 0), changes(1, first));
        client.closed().clear().pass(1_000).opened();
        client.receive(welcomeFrom(ResumePoint.of("n2"), 1)).pass(2_000);
        assertThat(lastPush().changes()).isEqualTo(blobs(first));
    }

    @Test
    void doesNotGoOnAcrossAGap() {
        client = scriptFor(settings().withCapabilities(Set.of(Capability.RESUME)));
        client.connect().opened().receive(welcomeFrom(ResumePoint.of("n1"), 1, other.edit()));
        client.receive(changes(3, other.edit()));
        client.closed().clear().pass(1_000).opened();
        assertThat(client.sent(Hello.class).get(0).resume()).isNull();
    }

    private static Welcome welcomeFrom(ResumePoint resume, long seq, Change... log) {
        return new Welcome(DOC, "s1", null, blobs(log), seq, log.length, false, Set.of(Capability.RESUME), resume);
    }
}
