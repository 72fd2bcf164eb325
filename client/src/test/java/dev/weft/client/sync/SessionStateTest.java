package dev.weft.client.sync;

import static dev.weft.client.event.ConnectionStatus.CONNECTED;
import static dev.weft.client.event.ConnectionStatus.CONNECTING;
import static dev.weft.client.event.ConnectionStatus.DISCONNECTED;
import static dev.weft.client.event.ConnectionStatus.ERROR;
import static dev.weft.client.event.ConnectionStatus.RECONNECTING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.connection.Backoff;
import dev.weft.client.connection.Timing;
import dev.weft.client.event.ClientEvent;
import dev.weft.client.event.ProblemKind;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.awareness.AwarenessState;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Connecting, staying alive and reconnecting: spec protocol 5.1, 5.2, 5.6 and the rules J1, J2, J3, J8, J9, J11. */
class SessionStateTest {
    private static final Backoff.Policy NO_JITTER = new Backoff.Policy(500, 10_000, 0, 0);

    private final MemoryReplica replica = new MemoryReplica(1);
    private Script client = scriptFor(settings());

    private static SessionSettings settings() {
        return SessionSettings.of(Script.DOC).withBackoff(NO_JITTER);
    }

    private Script scriptFor(SessionSettings settings) {
        return new Script(new SyncState(settings, replica, new SplittableRandom(1)));
    }

    private static HandshakeResponse response(String sessionId) {
        return new HandshakeResponse(Script.DOC, null, List.of(), sessionId, VersionVector.EMPTY, Set.of());
    }

    private static ErrorMessage error(String code) {
        return new ErrorMessage(Script.DOC, code, "because");
    }

    private void goLive() {
        client.connect().opened().receive(response("s1"));
    }

    @Test
    void greetsFirstAndIsConnectedWhenAnswered() {
        goLive();

        assertThat(client.sent().get(0)).isInstanceOf(HandshakeRequest.class);
        client.assertStatuses(CONNECTING, CONNECTED);
        assertThat(client.all(Effect.ConnectResult.class)).containsExactly(new Effect.ConnectResult(true, null));
        assertThat(client.state.sessionId()).isEqualTo("s1");
    }

    @Test
    void sendsNothingButPongsBeforeTheAnswer() {
        client.connect().opened().clear();
        Change edit = replica.edit();
        client.input(now -> ((SyncState) client.state).localChange(edit, now));
        client.input(now -> ((SyncState) client.state).requestSync(now));
        client.receive(new Ping(Script.DOC, 7, null));

        assertThat(client.sent()).containsExactly(new Pong(Script.DOC, 7, client.now));
    }

    @Test
    void keepsMessagesThatComeBeforeTheAnswerAndHandlesThemAfterIt() {
        MemoryReplica other = new MemoryReplica(2);
        Change change = other.edit();
        AwarenessState presence = new AwarenessState(Script.DOC, Map.of());
        client.connect().opened();

        assertThat(client.state.admit(client.connection, presence)).isEmpty();
        assertThat(client.state.admit(client.connection, new ChangeMessage(Script.DOC, change)))
                .isEmpty();

        List<Message> admitted = client.state.admit(client.connection, response("s1"));
        assertThat(admitted).hasSize(3);
        assertThat(admitted.get(0)).isInstanceOf(HandshakeResponse.class);
        assertThat(admitted.get(1)).isEqualTo(presence);
    }

    @Test
    void boundsWhatItKeepsBeforeTheAnswer() {
        client = scriptFor(settings().withBounds(Bounds.DEFAULT.withEarlyMessagesMax(2)));
        client.connect().opened();
        MemoryReplica other = new MemoryReplica(2);
        for (int i = 0; i < 5; i++) {
            client.state.admit(client.connection, new ChangeMessage(Script.DOC, other.edit()));
        }
        client.receive(response("s1"));

        assertThat(client.problems()).contains(ProblemKind.EARLY_MESSAGES_DROPPED);
        assertThat(replica.ids()).hasSize(2);
    }

    @Test
    void dropsMessagesForOtherDocuments() {
        goLive();
        client.clear().receive(new Ping("another", 1, null), new ErrorMessage("another", "X", "y"));
        assertThat(client.effects).isEmpty();
    }

    @Test
    void concurrentConnectsShareOneAttempt() {
        client.connect().connect().opened().connect();
        assertThat(client.all(Effect.OpenSocket.class)).hasSize(1);
    }

    @Test
    void connectWhileConnectedIsAnsweredAtOnce() {
        goLive();
        client.clear().connect();
        assertThat(client.effects).containsExactly(new Effect.ConnectResult(true, null));
    }

    @Test
    void aRefusedFirstAttemptAnswersFalseAndGoesOnTrying() {
        client.connect().failed();

        client.assertStatuses(CONNECTING, ERROR, RECONNECTING);
        assertThat(client.all(Effect.ConnectResult.class)).singleElement().satisfies(result -> {
            assertThat(result.connected()).isFalse();
            assertThat(result.reason()).isEqualTo("refused");
        });
        client.pass(0).opened().receive(response("s1"));
        assertThat(client.state.isLive()).isTrue();
    }

    @Test
    void triesEveryEndpointBeforeConnectIsAnsweredFalse() {
        client = scriptFor(settings().withEndpoints(3));
        client.connect().failed();
        assertThat(client.all(Effect.ConnectResult.class)).isEmpty();
        client.pass(0).failed();
        client.pass(0).failed();

        assertThat(client.all(Effect.OpenSocket.class).stream().map(Effect.OpenSocket::endpoint))
                .containsExactly(0, 1, 2);
        assertThat(client.all(Effect.ConnectResult.class)).hasSize(1);
        client.pass(500);
        assertThat(client.all(Effect.OpenSocket.class)).last().satisfies(open -> assertThat(open.endpoint())
                .isZero());
    }

    @Test
    void reconnectsAtOnceWithAHandshakeWhenTheConnectionIsLost() {
        goLive();
        client.pass(6_000).clear().closed();
        client.assertStatuses(ERROR, RECONNECTING);
        client.pass(0).opened();

        assertThat(client.sent()).singleElement().isInstanceOf(HandshakeRequest.class);
        client.receive(response("s2"));
        client.assertStatuses(ERROR, RECONNECTING, CONNECTED);
        assertThat(client.state.sessionId()).isEqualTo("s2");
    }

    @Test
    void waitsLongerWithEveryFailureUpToALimit() {
        goLive();
        client.pass(6_000).closed();
        client.pass(0);
        long[] expected = {500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000};
        for (long wait : expected) {
            client.clear().failed();
            assertThat(client.state.nextDeadline() - client.now).isEqualTo(wait);
            client.pass(wait);
            assertThat(client.all(Effect.OpenSocket.class)).hasSize(1);
        }
    }

    @Test
    void neverGivesUpByDefault() {
        client.connect();
        for (int i = 0; i < 1_000; i++) {
            client.failed().pass(10_000);
        }
        assertThat(client.all(Effect.OpenSocket.class)).hasSize(1_001);
    }

    @Test
    void givesUpAfterTheConfiguredNumberOfAttemptsAndCanBeStartedAgain() {
        client = scriptFor(settings().withBackoff(new Backoff.Policy(500, 10_000, 0, 2)));
        client.connect().failed().pass(0).failed().pass(60_000);

        assertThat(client.all(Effect.OpenSocket.class)).hasSize(2);
        assertThat(client.state.status()).isEqualTo(ERROR);
        client.clear().connect();
        client.assertStatuses(RECONNECTING);
        assertThat(client.all(Effect.OpenSocket.class)).hasSize(1);
    }

    @Test
    void countsAttemptsAnewAfterEverySuccess() {
        client = scriptFor(settings().withBackoff(new Backoff.Policy(500, 10_000, 0, 2)));
        for (int i = 0; i < 5; i++) {
            goLive();
            client.pass(6_000).closed().pass(0).failed();
            assertThat(client.state.status()).isEqualTo(ERROR);
        }
        assertThat(client.all(Effect.OpenSocket.class)).hasSize(10);
    }

    @Test
    void aPeerThatDropsEverySessionAtOnceIsNotTriedInATightLoop() {
        client.connect();
        long opened = 0;
        for (int i = 0; i < 100 && client.now < 1_030_000; i++) {
            client.opened().receive(response("s" + i)).closed();
            opened++;
            client.pass(client.state.nextDeadline() - client.now);
        }
        assertThat(opened).isLessThan(10);
    }

    @Test
    void jitterSpreadsTheFirstReconnect() {
        client = scriptFor(SessionSettings.of(Script.DOC));
        goLive();
        client.pass(6_000).closed();
        assertThat(client.state.nextDeadline() - client.now).isBetween(0L, 250L);
    }

    @Test
    void discardsAnAttemptWhoseHandshakeIsNotAnswered() {
        client.connect().opened().pass(4_999);
        assertThat(client.problems()).isEmpty();
        long silent = client.connection;
        client.pass(1);

        assertThat(client.problems()).containsExactly(ProblemKind.HANDSHAKE_TIMEOUT);
        assertThat(client.events(ClientEvent.Problem.class).get(0).text())
                .contains("buffer bound")
                .contains("compressors");
        assertThat(client.all(Effect.CloseSocket.class))
                .extracting(Effect.CloseSocket::connection)
                .containsExactly(silent);
        assertThat(client.all(Effect.ConnectResult.class))
                .extracting(Effect.ConnectResult::connected)
                .containsExactly(false);
        // A late answer belongs to nobody.
        assertThat(client.state.admit(silent, response("late"))).isEmpty();
        client.pass(0).opened().receive(response("s2"));
        assertThat(client.state.sessionId()).isEqualTo("s2");
    }

    @Test
    void aTimeoutAfterUnreadableMessagesNamesTheCompressor() {
        client.connect().opened();
        client.input(now -> client.state.undecodable(client.connection, "not JSON", now));
        client.pass(5_000);
        assertThat(client.events(ClientEvent.Problem.class)).last().satisfies(problem -> assertThat(problem.text())
                .contains("same compressor"));
    }

    @Test
    void givesUpAConnectionThatDoesNotOpen() {
        client.connect().pass(Timing.DEFAULT.connectTimeout());
        assertThat(client.problems()).containsExactly(ProblemKind.TRANSPORT_FAILED);
        assertThat(client.all(Effect.CloseSocket.class)).hasSize(1);
    }

    @Test
    void anErrorThatAnswersTheHandshakeEndsTheAttemptAtOnce() {
        for (String code :
                List.of(ErrorCode.HANDSHAKE_FAILED, ErrorCode.DOCUMENT_NOT_FOUND, ErrorCode.INVALID_MESSAGE)) {
            client = scriptFor(settings());
            client.connect().opened().receive(error(code));

            assertThat(client.all(Effect.ConnectResult.class))
                    .extracting(Effect.ConnectResult::connected)
                    .containsExactly(false);
            assertThat(client.events(ClientEvent.Problem.class).get(0).code()).isEqualTo(code);
            client.pass(0).opened().receive(response("s1"));
            assertThat(client.state.isLive()).isTrue();
        }
    }

    @Test
    void outOfSyncAndUnknownErrorsDoNotEndAnAttempt() {
        client.connect().opened().receive(error(ErrorCode.OUT_OF_SYNC), error("SOMETHING_NEW"));
        client.receive(response("s1"));
        assertThat(client.state.isLive()).isTrue();
    }

    @Test
    void anUnknownErrorIsAStatusUntilSomethingIsSent() {
        goLive();
        client.clear().receive(error("SOMETHING_NEW"));
        client.assertStatuses(ERROR);
        assertThat(client.problems()).containsExactly(ProblemKind.SERVER_ERROR);
        assertThat(client.all(Effect.CloseSocket.class)).isEmpty();
        client.pass(15_000);
        client.assertStatuses(ERROR, CONNECTED);
    }

    @Test
    void handshakeFailedOnAnEstablishedConnectionBeginsAnew() {
        goLive();
        client.pass(6_000).clear().receive(error(ErrorCode.HANDSHAKE_FAILED)).pass(0);
        assertThat(client.all(Effect.CloseSocket.class)).hasSize(1);
        assertThat(client.all(Effect.OpenSocket.class)).hasSize(1);
    }

    @Test
    void pingsEveryFifteenSecondsWithItsVersionVector() {
        replica.edit();
        goLive();
        client.clear();
        for (int i = 0; i < 4; i++) {
            client.pass(15_000);
            client.receive(new Pong(Script.DOC, client.now, client.now));
        }
        assertThat(client.sent(Ping.class)).hasSize(4).allSatisfy(ping -> assertThat(ping.versionVector())
                .isEqualTo(replica.versionVector()));
    }

    @Test
    void givesUpAServerThatStopsAnsweringPings() {
        goLive();
        client.clear().pass(29_999);
        assertThat(client.problems()).isEmpty();
        client.pass(1);

        assertThat(client.problems()).containsExactly(ProblemKind.PEER_SILENT);
        assertThat(client.all(Effect.CloseSocket.class)).hasSize(1);
        client.pass(0);
        assertThat(client.all(Effect.OpenSocket.class)).hasSize(1);
    }

    @Test
    void nothingButAPongProvesThatTheServerIsAlive() {
        goLive();
        for (int i = 0; i < 29; i++) {
            client.pass(1_000).receive(new Ping(Script.DOC, 1, null));
        }
        client.pass(1_000);
        assertThat(client.problems()).containsExactly(ProblemKind.PEER_SILENT);
    }

    @Test
    void disconnectCancelsAPendingReconnect() {
        goLive();
        client.closed().clear();
        client.input(client.state::disconnect);

        client.assertStatuses(DISCONNECTED);
        assertThat(client.state.nextDeadline()).isEqualTo(Long.MAX_VALUE);
        client.pass(60_000);
        assertThat(client.all(Effect.OpenSocket.class)).isEmpty();
    }

    @Test
    void disconnectDuringAnAttemptAnswersConnectAndTheNextOneWorks() {
        client.connect().opened();
        client.input(client.state::disconnect);
        assertThat(client.all(Effect.ConnectResult.class))
                .extracting(Effect.ConnectResult::connected)
                .containsExactly(false);

        client.clear();
        goLive();
        client.assertStatuses(CONNECTING, CONNECTED);
    }

    @Test
    void disconnectClosesNormallyAndForgetsTheSession() {
        goLive();
        client.clear().input(client.state::disconnect);

        assertThat(client.all(Effect.CloseSocket.class))
                .extracting(Effect.CloseSocket::code)
                .containsExactly(1000);
        assertThat(client.all(Effect.Disconnected.class)).hasSize(1);
        assertThat(client.state.sessionId()).isNull();
        client.clear().input(client.state::disconnect);
        assertThat(client.effects).isEmpty();
    }

    @Test
    void disconnectBeforeAnyConnectDoesNothing() {
        client.input(client.state::disconnect);
        assertThat(client.effects).isEmpty();
    }

    @Test
    void anAbandonedSocketCanDisturbNothing() {
        client.connect();
        long abandoned = client.connection;
        client.failed().pass(0).opened().receive(response("s2")).clear();

        client.input(now -> client.state.socketOpened(abandoned, now));
        client.input(now -> client.state.socketFailed(abandoned, "late", now));
        client.input(now -> client.state.socketClosed(abandoned, "late", now));
        client.input(now -> client.state.receive(abandoned, error(ErrorCode.HANDSHAKE_FAILED), now));
        client.input(now -> client.state.drained(abandoned, now));
        assertThat(client.effects).isEmpty();
        assertThat(client.state.isLive()).isTrue();
    }

    @Test
    void adoptsANewSessionIdWhenTheServerBeginsAnew() {
        goLive();
        client.clear().receive(response("s1"));
        assertThat(client.all(Effect.SessionUp.class)).isEmpty();
        client.receive(response("s2"));
        assertThat(client.all(Effect.SessionUp.class))
                .extracting(Effect.SessionUp::sessionId)
                .containsExactly("s2");
        assertThat(client.all(Effect.ConnectResult.class)).isEmpty();
    }
}
