package dev.weft.client.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.connection.Backoff;
import dev.weft.client.event.ClientEvent;
import dev.weft.client.event.ProblemKind;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.DurableMessage;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.protocol.message.PositionMessage;
import dev.weft.protocol.message.ResumePoint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What an aware client sends and takes in: spec protocol 5.3 to 5.8 and the rules J4 to J7 and J9. */
class SyncStateTest {
    private static final String DOC = Script.DOC;

    private final MemoryReplica replica = new MemoryReplica(1);
    private final MemoryReplica other = new MemoryReplica(2);
    private Script client = scriptFor(settings());

    private static SessionSettings settings() {
        return SessionSettings.of(DOC).withBackoff(new Backoff.Policy(500, 10_000, 0, 0));
    }

    private Script scriptFor(SessionSettings settings) {
        return new Script(new SyncState(settings, replica, new SplittableRandom(1)));
    }

    private static HandshakeResponse response(Snapshot snapshot, List<Change> changes, VersionVector vector) {
        return new HandshakeResponse(DOC, snapshot, changes, "s1", vector, Set.of());
    }

    private Script goLive() {
        return client.connect().opened().receive(response(null, List.of(), VersionVector.EMPTY));
    }

    private static DocumentStatus status(VersionVector vector, Change... changes) {
        return new DocumentStatus(DOC, null, List.of(changes), vector);
    }

    private static ErrorMessage outOfSync() {
        return new ErrorMessage(DOC, ErrorCode.OUT_OF_SYNC, "Please re-sync.");
    }

    private Change editAndTell() {
        Change change = replica.edit();
        client.input(now -> ((SyncState) client.state).localChange(change, now));
        return change;
    }

    private static VersionVector vectorOf(Change... changes) {
        VersionVector.Builder vector = VersionVector.builder();
        for (Change change : changes) {
            vector.update(change.id());
        }
        return vector.build();
    }

    private List<OperationId> uploaded() {
        List<OperationId> ids = new ArrayList<>();
        for (Message message : client.sent()) {
            if (message instanceof ChangeMessage change) {
                ids.add(change.change().id());
            } else if (message instanceof ChangesMessage changes) {
                changes.changes().forEach(change -> ids.add(change.id()));
            }
        }
        return ids;
    }

    @Test
    void announcesWhatItHolds() {
        replica.edit();
        client.connect().opened();
        HandshakeRequest request = client.sent(HandshakeRequest.class).get(0);
        assertThat(request.versionVector()).isEqualTo(replica.versionVector());
        assertThat(request.author()).isEqualTo(replica.peer());
        assertThat(request.capabilities()).isEmpty();
    }

    @Test
    void uploadsExactlyWhatTheServerLacks() {
        Change known = replica.edit();
        Change unknown = replica.edit();
        client.connect().opened().receive(response(null, List.of(), vectorOf(known)));
        assertThat(client.sent(ChangesMessage.class)).singleElement().satisfies(upload -> assertThat(upload.changes())
                .containsExactly(unknown));
    }

    @Test
    void uploadsNothingWhenTheServerHasAll() {
        Change change = replica.edit();
        client.connect().opened().receive(response(null, List.of(), vectorOf(change)));
        assertThat(uploaded()).isEmpty();
    }

    @Test
    void sendsALocalChangeAtOnce() {
        goLive();
        Change change = editAndTell();
        assertThat(client.sent()).last().isEqualTo(new ChangeMessage(DOC, change));
    }

    @Test
    void doesNotEchoWhatItReceives() {
        Change first = other.edit();
        Change second = other.edit();
        goLive().clear().receive(new ChangeMessage(DOC, first), new ChangesMessage(DOC, List.of(first, second)));
        assertThat(client.sent()).isEmpty();
        assertThat(replica.ids()).hasSize(2);
        assertThat(client.events(ClientEvent.ChangesApplied.class))
                .extracting(ClientEvent.ChangesApplied::changes)
                .containsExactly(List.of(first), List.of(second));
    }

    @Test
    void tellsOfWhatASnapshotMadeReady() {
        Change covered = other.edit();
        Change later = other.edit();
        goLive().receive(new ChangeMessage(DOC, later));
        assertThat(client.events(ClientEvent.ChangesApplied.class)).isEmpty();
        Snapshot snapshot = Snapshot.of(vectorOf(covered), Map.of());
        client.receive(new DocumentStatus(DOC, snapshot, List.of(), vectorOf(later)));
        assertThat(client.events(ClientEvent.SnapshotAdopted.class))
                .containsExactly(new ClientEvent.SnapshotAdopted(snapshot));
        assertThat(client.events(ClientEvent.ChangesApplied.class))
                .containsExactly(new ClientEvent.ChangesApplied(List.of(later)));
    }

    @Test
    void editsMadeDuringTheHandshakeAreSentOnceItIsAnswered() {
        client.connect();
        Change first = editAndTell();
        client.opened();
        Change second = editAndTell();
        assertThat(uploaded()).isEmpty();
        client.receive(response(null, List.of(), VersionVector.EMPTY));
        assertThat(uploaded()).containsExactly(first.id(), second.id());
    }

    @Test
    void editsMadeWhileDisconnectedAreSentOnceAfterReconnecting() {
        goLive();
        Change before = editAndTell();
        client.closed();
        Change offline = editAndTell();
        client.pass(1_000).opened().clear();
        client.receive(response(null, List.of(), vectorOf(before)));
        assertThat(uploaded()).containsExactly(offline.id());
    }

    @Test
    void aChangeThatWasLostWithTheSocketIsSentAgain() {
        goLive();
        Change lost = editAndTell();
        client.closed().pass(1_000).opened().clear();
        client.receive(response(null, List.of(), VersionVector.EMPTY));
        assertThat(uploaded()).containsExactly(lost.id());
    }

    @Test
    void sortsAnUploadOfSeveralAuthorsCausally() {
        // The two build on each other's changes in turn, which a list grouped by author cannot express.
        for (int i = 0; i < 6; i++) {
            other.importChanges(List.of(replica.edit()));
            replica.importChanges(List.of(other.edit()));
        }
        goLive();
        Set<OperationId> seen = new HashSet<>();
        for (Change change : client.sent(ChangesMessage.class).get(0).changes()) {
            assertThat(seen).containsAll(change.dependencies());
            seen.add(change.id());
        }
        assertThat(seen).hasSize(12);
    }

    @Test
    void splitsALongUploadBelowTheFrameLimitAndWaitsForTheSocketInBetween() {
        int bytesMax = 20_000;
        client = scriptFor(settings().withBounds(Bounds.DEFAULT.withFrameBytesMax(bytesMax)));
        for (int i = 0; i < 50; i++) {
            replica.edit(3_000);
        }
        goLive();
        assertThat(client.sent(ChangesMessage.class)).hasSize(1);
        for (int i = 0; i < 100 && uploaded().size() < 50; i++) {
            assertThat(client.all(Effect.AwaitDrain.class)).hasSize(i + 1);
            client.input(now -> client.state.drained(client.connection, now));
        }

        assertThat(uploaded()).hasSize(50).isSorted().doesNotHaveDuplicates();
        MessageCodec codec = MessageCodec.of(WireMode.AWARE);
        assertThat(client.sent(ChangesMessage.class))
                .hasSizeGreaterThan(8)
                .allSatisfy(part -> assertThat(codec.encode(part).length).isLessThan(bytesMax));
    }

    @Test
    void aChangeAboveTheLimitGoesAloneAndIsReported() {
        client = scriptFor(settings().withBounds(Bounds.DEFAULT.withFrameBytesMax(2_000)));
        replica.edit();
        replica.edit(5_000);
        replica.edit();
        goLive();
        client.input(now -> client.state.drained(client.connection, now));
        client.input(now -> client.state.drained(client.connection, now));
        assertThat(client.sent(ChangesMessage.class)).hasSize(3);
        assertThat(client.problems()).containsExactly(ProblemKind.CHANGE_TOO_LARGE);
    }

    @Test
    void holdsChangesBackWhileTheSocketIsFullAndSendsThemTogether() {
        goLive().clear();
        Change first = editAndTell();
        client.input(now -> client.state.blocked(client.connection));
        Change second = editAndTell();
        Change third = editAndTell();
        assertThat(uploaded()).containsExactly(first.id());
        client.input(now -> client.state.drained(client.connection, now));
        assertThat(uploaded()).containsExactly(first.id(), second.id(), third.id());
        assertThat(client.sent(ChangesMessage.class)).hasSize(1);
    }

    @Test
    void aSocketThatWasFullDuringTheHandshakeDoesNotHoldUpTheSession() {
        Change offline = replica.edit();
        client.connect().opened();
        client.input(now -> client.state.blocked(client.connection));
        client.input(now -> client.state.drained(client.connection, now));
        client.receive(response(null, List.of(), VersionVector.EMPTY));
        assertThat(uploaded()).containsExactly(offline.id());
    }

    @Test
    void aFullOutboxIsRefilledFromTheDocument() {
        client = scriptFor(settings().withBounds(Bounds.DEFAULT.withOutboxChangesMax(3)));
        goLive().clear();
        client.input(now -> client.state.blocked(client.connection));
        List<OperationId> edits = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            edits.add(editAndTell().id());
        }
        for (int i = 0; i < 10; i++) {
            client.input(now -> client.state.drained(client.connection, now));
        }
        assertThat(uploaded()).containsExactlyElementsOf(edits);
    }

    @Test
    void pingsGoOutEvenWhileTheSocketIsFull() {
        goLive().clear();
        client.input(now -> client.state.blocked(client.connection));
        client.pass(15_000);
        assertThat(client.sent(Ping.class)).hasSize(1);
    }

    @Test
    void outOfSyncIsAnsweredByOneRequestHoweverOftenItIsSaid() {
        goLive();
        Change change = editAndTell();
        client.clear();
        for (int i = 0; i < 300; i++) {
            client.receive(outOfSync());
        }
        assertThat(client.sent()).containsExactly(new DocumentStatusRequest(DOC, replica.versionVector()));

        client.clear().receive(status(VersionVector.EMPTY));
        assertThat(uploaded()).containsExactly(change.id());
    }

    @Test
    void sendsNothingThatWouldBeRefusedWhileOutOfSync() {
        goLive();
        Change refused = editAndTell();
        client.receive(outOfSync()).clear();
        Change later = editAndTell();
        assertThat(client.sent()).isEmpty();
        client.receive(status(VersionVector.EMPTY));
        assertThat(uploaded()).containsExactly(refused.id(), later.id());
    }

    @Test
    void asksLessAndLessOftenWhenAskingDoesNotHelp() {
        goLive();
        editAndTell();
        client.clear();
        for (int i = 0; i < 60_000; i += 50) {
            client.pass(50).receive(outOfSync(), status(VersionVector.EMPTY), new Pong(DOC, 1, 1));
        }
        assertThat(client.sent(DocumentStatusRequest.class)).hasSizeBetween(5, 12);
    }

    @Test
    void repeatsARequestThatIsNotAnswered() {
        goLive();
        editAndTell();
        client.receive(outOfSync()).clear().pass(5_000);
        assertThat(client.problems()).containsExactly(ProblemKind.REQUEST_UNANSWERED);
        client.pass(1_000);
        assertThat(client.sent(DocumentStatusRequest.class)).hasSize(1);
    }

    @Test
    void aRequestOfTheApplicationIsSentOnceAndOnlyWhenConnected() {
        client.input(now -> ((SyncState) client.state).requestSync(now));
        assertThat(client.effects).isEmpty();
        goLive().clear();
        client.input(now -> ((SyncState) client.state).requestSync(now));
        client.input(now -> ((SyncState) client.state).requestSync(now));
        assertThat(client.sent(DocumentStatusRequest.class)).hasSize(1);
        client.receive(status(VersionVector.EMPTY)).pass(5_000);
        assertThat(client.problems()).isEmpty();
    }

    @Test
    void keepsAChangeWhoseDependencyIsMissingAndAsksForIt() {
        Change cause = other.edit();
        Change effect = other.edit();
        goLive().clear().receive(new ChangeMessage(DOC, effect));

        assertThat(client.sent()).containsExactly(new DocumentStatusRequest(DOC, VersionVector.EMPTY));
        assertThat(replica.ids()).isEmpty();
        client.clear().receive(status(vectorOf(cause, effect), cause, effect));
        assertThat(replica.ids()).containsExactly(cause.id(), effect.id());
        assertThat(client.sent()).isEmpty();
    }

    @Test
    void takesTheChangesEvenIfTheSnapshotCannotBeAdopted() {
        Change mine = other.edit();
        replica.adopt(Snapshot.of(vectorOf(mine), Map.of()));
        MemoryReplica third = new MemoryReplica(3);
        Change theirs = third.edit();
        Change independent = new MemoryReplica(4).edit();
        Snapshot concurrent = Snapshot.of(vectorOf(theirs), Map.of());
        client.connect().opened().receive(response(concurrent, List.of(independent), vectorOf(theirs, independent)));

        assertThat(replica.ids()).containsExactly(independent.id());
        assertThat(client.problems()).containsExactly(ProblemKind.SNAPSHOT_NOT_ADOPTED);
        assertThat(client.state.isLive()).isTrue();
    }

    @Test
    void leavesASnapshotAloneThatTellsNothingNew() {
        Change mine = replica.edit();
        client.connect().opened().receive(response(Snapshot.of(vectorOf(mine), Map.of()), List.of(), vectorOf(mine)));
        assertThat(client.events(ClientEvent.SnapshotAdopted.class)).isEmpty();
        assertThat(replica.ids()).containsExactly(mine.id());
    }

    @Test
    void adoptsASnapshotItLacksAndStillUploadsItsOwn() {
        Change mine = replica.edit();
        Change theirs = other.edit();
        client.connect()
                .opened()
                .receive(response(Snapshot.of(vectorOf(theirs), Map.of()), List.of(), vectorOf(theirs)));
        assertThat(client.events(ClientEvent.SnapshotAdopted.class)).hasSize(1);
        assertThat(uploaded()).containsExactly(mine.id());
    }

    @Test
    void anUnrequestedStateDoesNotSendAgainWhatIsOnItsWay() {
        goLive();
        editAndTell();
        client.clear().receive(status(VersionVector.EMPTY));
        assertThat(uploaded()).isEmpty();
    }

    @Test
    void anUnrequestedStateDoesNotSendBackWhatTheServerJustSent() {
        Change theirs = other.edit();
        goLive().clear().receive(new ChangeMessage(DOC, theirs), status(VersionVector.EMPTY));
        assertThat(uploaded()).isEmpty();
    }

    @Test
    void anUnrequestedStateRevealsWhatTheServerNeverTook() {
        goLive();
        Change swallowed = editAndTell();
        client.pass(15_000).receive(new Pong(DOC, client.now, client.now)).clear();
        client.receive(status(VersionVector.EMPTY));
        assertThat(uploaded()).containsExactly(swallowed.id());
    }

    @Test
    void anUnrequestedAnswerToTheHandshakeBeginsTheSessionAnew() {
        goLive();
        Change inFlight = editAndTell();
        client.clear().receive(response(null, List.of(), VersionVector.EMPTY));
        assertThat(uploaded()).containsExactly(inFlight.id());
    }

    @Test
    void tellsWhenEditsAreDurable() {
        client = scriptFor(settings().withCapabilities(Set.of(Capability.ACK, Capability.BATCH)));
        client.connect().opened();
        assertThat(client.sent(HandshakeRequest.class).get(0).capabilities())
                .containsExactlyInAnyOrder(Capability.ACK, Capability.BATCH);
        client.receive(new HandshakeResponse(DOC, null, List.of(), "s1", VersionVector.EMPTY, Set.of(Capability.ACK)));
        Change change = editAndTell();
        client.receive(new DurableMessage(DOC, vectorOf(change)));

        assertThat(client.all(Effect.DurabilityUnknown.class)).isEmpty();
        assertThat(client.all(Effect.EditsDurable.class)).containsExactly(new Effect.EditsDurable(vectorOf(change)));
        assertThat(client.state.isGranted(Capability.ACK)).isTrue();
    }

    @Test
    void saysThatDurabilityIsUnknownToAStockServer() {
        goLive();
        assertThat(client.all(Effect.DurabilityUnknown.class)).hasSize(1);
    }

    @Test
    void goesOnFromTheLastPlaceItWasTold() {
        resumable();
        Change first = other.edit();
        Change second = other.edit();
        client.receive(new ChangeMessage(DOC, first), new PositionMessage(DOC, 7), new ChangeMessage(DOC, second));
        client.closed().clear().pass(1_000).opened();
        HandshakeRequest again = client.sent(HandshakeRequest.class).get(0);
        assertThat(again.resume()).isEqualTo(new ResumePoint("n1", 7));
        assertThat(again.versionVector()).isEqualTo(vectorOf(second));

        Change offline = replica.edit();
        client.clear().receive(answer(new ResumePoint("n1", 7), vectorOf(second)));
        assertThat(client.sent(DocumentStatusRequest.class)).isEmpty();
        assertThat(uploaded()).containsExactly(offline.id());
    }

    // A gateway died with the owner: what it had passed on is in no store any more.
    @Test
    void bringsBackWhatTheLogHasLostBehindThePlace() {
        resumable();
        Change first = other.edit();
        Change second = other.edit();
        client.receive(new ChangeMessage(DOC, first), new PositionMessage(DOC, 7), new ChangeMessage(DOC, second));
        client.closed().clear().pass(1_000).opened();
        client.receive(answer(new ResumePoint("n1", 7), VersionVector.EMPTY));
        assertThat(uploaded()).containsExactly(second.id());
    }

    @Test
    void saysWhatItHoldsIfThePlaceIsGone() {
        resumable();
        Change first = other.edit();
        client.receive(new ChangeMessage(DOC, first), new PositionMessage(DOC, 7));
        client.closed().clear().pass(1_000).opened();
        client.receive(answer(ResumePoint.of("n2"), VersionVector.EMPTY));
        assertThat(client.sent(DocumentStatusRequest.class))
                .extracting(DocumentStatusRequest::versionVector)
                .containsExactly(vectorOf(first));
        assertThat(client.sent(ChangesMessage.class)).isEmpty();
        client.receive(status(VersionVector.EMPTY));
        assertThat(uploaded()).containsExactly(first.id());
    }

    @Test
    void doesNotGoOnWhileSomethingWaitsForADependency() {
        resumable();
        other.edit();
        Change second = other.edit();
        client.receive(new ChangeMessage(DOC, second), new PositionMessage(DOC, 7));
        client.closed().clear().pass(1_000).opened();
        assertThat(client.sent(HandshakeRequest.class).get(0).resume()).isNull();
    }

    private void resumable() {
        client = scriptFor(settings().withCapabilities(Set.of(Capability.RESUME)));
        client.connect().opened().receive(answer(ResumePoint.of("n1"), VersionVector.EMPTY));
    }

    private static HandshakeResponse answer(ResumePoint resume, VersionVector version) {
        return new HandshakeResponse(DOC, null, List.of(), "s1", version, Set.of(Capability.RESUME), resume);
    }
}
