package dev.weft.server.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cluster.ClusterJoinException;
import dev.weft.cluster.ClusterOptions;
import dev.weft.cluster.Network;
import dev.weft.crdt.change.Change;
import dev.weft.protocol.awareness.AwarenessUpdate;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.protocol.message.Ack;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.protocol.message.Welcome;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.auth.Identity;
import dev.weft.server.awareness.AwarenessOptions;
import dev.weft.server.awareness.AwarenessPlugin;
import dev.weft.server.event.ServerEvent.ClientConnected;
import dev.weft.server.event.ServerEvent.ClientDisconnected;
import dev.weft.server.event.ServerEvent.CloseReason;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.HeardEvents;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.kit.TestNode;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.plugin.ServerPlugin;
import dev.weft.server.plugin.Verdict;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each event, caused over a real socket. */
class ServerEventsIT {
    private final HeardEvents heard = new HeardEvents();
    private final String documentId = "doc-" + UUID.randomUUID();
    private final Author author = new Author(1);
    private final InMemoryDocumentStore.Contents contents = new InMemoryDocumentStore.Contents();
    private TestNode node;

    /** Refuses some, throws at others. */
    private static final class Moody implements ServerPlugin {
        @Override
        public String name() {
            return "moody";
        }

        @Override
        public CompletionStage<Verdict> connecting(Upgrade upgrade) {
            return upgrade.path().equals("/no")
                    ? Verdict.refuse("NOT_YOU", "Go away").now()
                    : Verdict.ALLOWED;
        }

        @Override
        public Verdict receiving(String sessionId, Message message) {
            if (message.documentId().equals("slow")) {
                LockSupport.parkNanos(2L * PluginChain.SLOW_MILLIS * 1_000_000);
            }
            return Verdict.ALLOW;
        }

        @Override
        public void connected(String sessionId, Identity identity) {
            throw new IllegalStateException("moody");
        }
    }

    @BeforeEach
    void start() {
        node = TestNode.start(InMemoryDocumentStore.over(contents), options -> options.gateways(1)
                .passivateMillis(100)
                .plugins(List.of(new Moody(), new AwarenessPlugin(AwarenessOptions.DEFAULT)))
                .listeners(List.of(heard.listener())));
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private void assertIsAbout(ServerEvent event, DocumentKind kind, String sessionId) {
        assertThat(event.nodeId()).isEqualTo(node.server().nodeId());
        assertThat(event.timeMillis()).isPositive();
        assertThat(event.documentId()).isEqualTo(kind == null ? null : documentId);
        assertThat(event.kind()).isEqualTo(kind);
        assertThat(event.sessionId()).isEqualTo(sessionId);
    }

    @Test
    void tellsOfTheLifeOfANode() {
        assertThat(heard.await(ServerEvent.Started.class).port())
                .isEqualTo(node.server().port());
        node.close();
        heard.await(ServerEvent.DrainStarted.class);
        heard.await(ServerEvent.DrainFinished.class);
        assertIsAbout(heard.await(ServerEvent.Stopped.class), null, null);
        assertThat(heard.all().get(heard.all().size() - 1)).isInstanceOf(ServerEvent.Stopped.class);
    }

    @Test
    void tellsOfANodeThatCouldNotStart() {
        HeardEvents other = new HeardEvents();
        ServerOptions samePort = ServerOptions.builder()
                .gateway(GatewayOptions.builder()
                        .host("localhost")
                        .port(node.server().port())
                        .build())
                .listeners(List.of(other.listener()))
                .build();
        assertThatThrownBy(() -> RawClient.await(Server.start(samePort, InMemoryDocumentStore.unshared())))
                .isInstanceOf(AssertionError.class);
        assertThat(other.await(ServerEvent.StartFailed.class).cause()).isInstanceOf(java.net.BindException.class);
    }

    @Test
    void tellsOfANodeThatCouldNotEvenJoin() {
        HeardEvents other = new HeardEvents();
        ServerOptions samePort = ServerOptions.builder()
                .cluster(ClusterOptions.builder()
                        .nodeId("late")
                        // The clients' port of a running node.
                        .network(Network.loopback().withPorts(node.server().port(), 0))
                        .build())
                .allowUnsharedStore(true)
                .listeners(List.of(other.listener()))
                .build();
        assertThatThrownBy(() -> RawClient.await(Server.start(samePort, InMemoryDocumentStore.unshared())))
                .isInstanceOf(AssertionError.class);
        ServerEvent.StartFailed failed = other.await(ServerEvent.StartFailed.class);
        assertThat(failed.nodeId()).isEqualTo("late");
        assertThat(failed.cause()).isInstanceOf(ClusterJoinException.class);
    }

    @Test
    void tellsOfAnAwareSessionFromConnectionToClose() {
        String sessionId;
        try (RawClient client = node.connect()) {
            client.send(new Ping("elsewhere", 1, null));
            client.next(Pong.class);
            sessionId = client.handshake(documentId, author).sessionId();
            client.send(new DocumentStatusRequest(documentId, null));
            client.next(DocumentStatus.class);
        }
        ClientConnected connected = heard.await(ClientConnected.class);
        assertThat(connected.sessionId()).isEqualTo(sessionId);
        assertThat(connected.path()).isEqualTo("/");
        assertThat(connected.remoteAddress()).isNotBlank();
        ServerEvent.PingAnswered ping = heard.await(ServerEvent.PingAnswered.class);
        assertThat(ping.documentId()).isEqualTo("elsewhere");
        assertThat(ping.sessionId()).isEqualTo(sessionId);
        ServerEvent.HandshakeCompleted handshake = heard.await(ServerEvent.HandshakeCompleted.class);
        assertIsAbout(handshake, DocumentKind.AWARE, sessionId);
        assertThat(handshake.author()).isEqualTo(author.peer().toString());
        ServerEvent.DocumentStatusSent status = heard.await(ServerEvent.DocumentStatusSent.class);
        assertIsAbout(status, DocumentKind.AWARE, sessionId);
        assertThat(status.author()).isEqualTo(author.peer().toString());
        assertIsAbout(
                heard.await(ServerEvent.MessageSent.class, sent -> sent.message() instanceof HandshakeResponse),
                DocumentKind.AWARE,
                sessionId);
        ClientDisconnected disconnected = heard.await(ClientDisconnected.class);
        assertThat(disconnected.reason()).isEqualTo(CloseReason.PEER);
        assertThat(disconnected.sessionId()).isEqualTo(sessionId);
        assertThat(disconnected.documentIds()).containsExactly(documentId);
        assertThat(disconnected.connectedMillis()).isGreaterThanOrEqualTo(disconnected.silentMillis());
    }

    @Test
    void tellsOfChangesBeforeTheirBroadcast() {
        try (RawClient writer = node.connect();
                RawClient reader = node.connect()) {
            String writing = writer.handshake(documentId, author).sessionId();
            String reading = reader.handshake(documentId, new Author(2)).sessionId();
            Change change = author.type('x');
            writer.send(new ChangeMessage(documentId, change));
            reader.next(ChangeMessage.class);
            ServerEvent.ChangesApplied applied = heard.await(ServerEvent.ChangesApplied.class);
            assertIsAbout(applied, DocumentKind.AWARE, writing);
            assertThat(applied.changes()).containsExactly(change.encoded());
            assertThat(applied.lastNumber()).isEqualTo(1);
            ServerEvent.MessageBroadcast broadcast =
                    heard.await(ServerEvent.MessageBroadcast.class, sent -> sent.message() instanceof ChangeMessage);
            assertIsAbout(broadcast, DocumentKind.AWARE, null);
            assertThat(broadcast.sessionIds()).containsExactly(reading);
            assertThat(heard.all().indexOf(applied)).isLessThan(heard.all().indexOf(broadcast));
        }
    }

    @Test
    void tellsOfClientsThatAreOutOfSyncOrWrong() {
        try (RawClient client = node.connect()) {
            String sessionId = client.handshake(documentId, author).sessionId();
            author.type('a');
            client.send(new ChangeMessage(documentId, author.type('b')));
            client.next(ErrorMessage.class, error -> error.code().equals(ErrorCode.OUT_OF_SYNC));
            assertIsAbout(heard.await(ServerEvent.OutOfSync.class), DocumentKind.AWARE, sessionId);
            client.sendText("{\"type\":2,\"documentId\":\"" + documentId + "\"}");
            client.next(ErrorMessage.class, error -> error.code().equals(ErrorCode.INVALID_MESSAGE));
            ServerEvent.FrameMalformed malformed = heard.await(ServerEvent.FrameMalformed.class);
            assertThat(malformed.documentId()).isEqualTo(documentId);
            assertThat(malformed.sessionId()).isEqualTo(sessionId);
            assertThat(heard.await(ServerEvent.ErrorSent.class).code()).isEqualTo(ErrorCode.INVALID_MESSAGE);
        }
    }

    @Test
    void tellsOfARelayRoomAndItsSnapshot() {
        try (RawClient a = node.connect();
                RawClient b = node.connect()) {
            Welcome welcome = a.hello(documentId);
            b.hello(documentId);
            assertIsAbout(
                    heard.await(ServerEvent.HandshakeCompleted.class, each -> each.sessionId()
                            .equals(welcome.sessionId())),
                    DocumentKind.RELAY,
                    welcome.sessionId());
            a.send(new Push(documentId, Collections.nCopies(201, "blob")));
            assertThat(a.next(Ack.class).compact()).isTrue();
            ServerEvent.ChangesApplied applied =
                    heard.await(ServerEvent.ChangesApplied.class, each -> each.lastNumber() == 201);
            assertIsAbout(applied, DocumentKind.RELAY, welcome.sessionId());
            a.send(new SnapshotUpload(documentId, "snapshot", 200));
            ServerEvent.SnapshotCreated snapshot = heard.await(ServerEvent.SnapshotCreated.class);
            assertIsAbout(snapshot, DocumentKind.RELAY, welcome.sessionId());
            assertThat(snapshot.upToNumber()).isEqualTo(200);
        }
    }

    @Test
    void tellsOfPresenceAsABroadcastOfAPlugin() {
        try (RawClient a = node.connect();
                RawClient b = node.connect();
                RawClient c = node.connect()) {
            String sessionId = a.handshake(documentId, author).sessionId();
            b.handshake(documentId, new Author(2));
            c.handshake(documentId, new Author(3));
            a.send(new AwarenessUpdate(documentId, new ClientAwareness(sessionId, Map.of("name", "ann"))));
            b.next(AwarenessUpdate.class, update -> !update.state().metadata().isEmpty());
            heard.await(
                    ServerEvent.MessageBroadcast.class,
                    sent -> sent.message() instanceof AwarenessUpdate
                            && sent.sessionIds().size() == 2);
        }
    }

    @Test
    void tellsOfADocumentThatComesAndGoes() {
        try (RawClient client = node.connect()) {
            client.handshake(documentId, author);
        }
        assertIsAbout(heard.await(ServerEvent.DocumentLoaded.class), DocumentKind.AWARE, null);
        ServerEvent.DocumentUnloaded unloaded = heard.await(ServerEvent.DocumentUnloaded.class);
        assertIsAbout(unloaded, DocumentKind.AWARE, null);
        assertThat(unloaded.reason()).isEqualTo(ServerEvent.UnloadReason.RELEASED);
        assertThat(unloaded.epoch())
                .isEqualTo(heard.all(ServerEvent.DocumentLoaded.class).get(0).epoch());
    }

    /** What another node would see. */
    private DocumentStore secondStore() {
        DocumentStore store = InMemoryDocumentStore.over(contents);
        RawClient.await(store.open());
        return store;
    }

    // Another owner, elsewhere, takes the document; the store then refuses what this node appends.
    @Test
    void tellsOfAnOwnerThatWasReplaced() {
        DocumentKey key = DocumentKey.aware(documentId);
        try (RawClient client = node.connect()) {
            client.handshake(documentId, author);
            heard.await(ServerEvent.DocumentLoaded.class);
            RawClient.await(secondStore().claim(key, false));
            client.send(new ChangeMessage(documentId, author.type('x')));
            assertIsAbout(heard.await(ServerEvent.StoreFailed.class), DocumentKind.AWARE, null);
            heard.await(
                    ServerEvent.DocumentUnloaded.class, event -> event.reason() == ServerEvent.UnloadReason.REPLACED);
        }
    }

    @Test
    void tellsOfADocumentThatCannotBeLoaded() {
        DocumentKey key = DocumentKey.aware(documentId);
        DocumentStore store = secondStore();
        long epoch = RawClient.await(store.claim(key, true));
        RawClient.await(store.append(key, epoch, 1, List.of(new byte[] {1, 2, 3})));
        try (RawClient client = node.connect()) {
            client.send(new DocumentStatusRequest(documentId, null));
            assertIsAbout(heard.await(ServerEvent.DocumentQuarantined.class), DocumentKind.AWARE, null);
        }
    }

    @Test
    void tellsOfPluginsThatRefuseOrFail() {
        assertThatThrownBy(() -> RawClient.await(RawClient.open(
                        node.server().vertx(), node.server().port(), new WebSocketConnectOptions().setURI("/no"))))
                .isInstanceOf(AssertionError.class);
        ServerEvent.ConnectionRefused refused = heard.await(ServerEvent.ConnectionRefused.class);
        assertThat(refused.httpStatus()).isEqualTo(403);
        assertThat(refused.code()).isEqualTo("NOT_YOU");
        node.connect().close();
        ServerEvent.PluginFailed failed = heard.await(ServerEvent.PluginFailed.class);
        assertThat(failed.plugin()).isEqualTo("moody");
        assertThat(failed.hook()).isEqualTo("connected");
        try (RawClient client = node.connect()) {
            client.send(new Ping("slow", 1, null));
            ServerEvent.PluginSlow slow = heard.await(
                    ServerEvent.PluginSlow.class, each -> each.hook().equals("receiving"));
            assertThat(slow.plugin()).isEqualTo("moody");
            assertThat(slow.millis()).isGreaterThanOrEqualTo(PluginChain.SLOW_MILLIS);
        }
    }

    @Test
    void saysWhyTheServerEndedAConnection() {
        try (RawClient client = node.connect()) {
            // Without awaiting that it was sent: the server closes before it has read all.
            client.socket().writeBinaryMessage(Buffer.buffer(new byte[9 << 20]));
            assertThat(heard.await(ClientDisconnected.class).reason()).isEqualTo(CloseReason.REFUSED);
        }
        RawClient there = node.connect();
        there.handshake(documentId, author);
        node.close();
        heard.await(ClientDisconnected.class, event -> event.reason() == CloseReason.NODE_LEAVING);
    }

    @Test
    void tellsOfNodesAndOwnersInACluster() {
        HeardEvents[] each = {new HeardEvents(), new HeardEvents()};
        int[] next = {0};
        try (TestCluster cluster = TestCluster.start(2, options -> options.toBuilder()
                        .listeners(List.of(each[next[0]++].listener()))
                        .build());
                RawClient other = cluster.connect(0)) {
            // Not closed here: it runs on the Vert.x of the node that is stopped.
            cluster.connect(1).handshake(documentId, author);
            other.handshake(documentId, new Author(2));
            String second = cluster.node(1).nodeId();
            assertThat(each[0].await(ServerEvent.NodeJoined.class).otherNode()).isEqualTo(second);
            assertThat(each[0].await(ServerEvent.Joined.class).members()).isEqualTo(1);
            assertThat(each[1].await(ServerEvent.Joined.class).members()).isEqualTo(2);
            assertThat(cluster.ownerOf(DocumentKey.aware(documentId))).isEqualTo(1);
            cluster.stop(1);
            ServerEvent.OwnerChanged changed = each[0].await(ServerEvent.OwnerChanged.class);
            assertThat(changed.documentId()).isEqualTo(documentId);
            assertThat(changed.ownerNode()).isEqualTo(cluster.node(0).nodeId());
            assertThat(each[0].await(ServerEvent.NodeLeft.class).otherNode()).isEqualTo(second);
            assertThat(each[1].await(ServerEvent.DrainStarted.class).documents())
                    .isEqualTo(1);
            assertThat(each[0].await(ServerEvent.DocumentLoaded.class).epoch()).isEqualTo(changed.epoch());
            each[1].await(ClientDisconnected.class, event -> event.reason() == CloseReason.NODE_LEAVING);
        }
    }
}
