package dev.weft.server.plugin;

import static dev.weft.server.kit.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.protocol.message.Ack;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.server.auth.Identity;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.HeardEvents;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestNode;
import dev.weft.server.registry.DocumentKey;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every hook of a server plugin, over real sockets. */
class PluginHooksIT {
    /** Notes every call, and answers what the test wants. */
    private static final class Scripted implements ServerPlugin {
        final List<String> called = new CopyOnWriteArrayList<>();
        final Map<String, CompletionStage<Verdict>> answers = new ConcurrentHashMap<>();
        volatile RuntimeException failure;

        @Override
        public String name() {
            return "scripted";
        }

        private CompletionStage<Verdict> answer(String hook) {
            called.add(hook);
            return answers.getOrDefault(hook, Verdict.ALLOWED);
        }

        @Override
        public CompletionStage<Verdict> connecting(Upgrade upgrade) {
            return answer("connecting");
        }

        @Override
        public CompletionStage<Verdict> authenticated(Upgrade upgrade, Identity identity) {
            return answer("authenticated");
        }

        @Override
        public void connected(String sessionId, Identity identity) {
            called.add("connected");
        }

        @Override
        public Verdict receiving(String sessionId, Message message) {
            return answer("receiving").toCompletableFuture().join();
        }

        @Override
        public CompletionStage<Verdict> joining(String sessionId, DocumentKey key, Message request) {
            return answer("joining");
        }

        @Override
        public void broadcasting(DocumentKey key, List<String> sessionIds, Message message) {
            called.add("broadcasting to " + sessionIds.size());
        }

        @Override
        public void closed(String sessionId) {
            called.add("closed");
        }

        @Override
        public LinkPlugin forLink(DocumentKey key) {
            return new LinkPlugin() {
                @Override
                public void sessionJoined(String sessionId, Output out) {
                    called.add("sessionJoined");
                }

                @Override
                public void sessionClosed(String sessionId, Output out) {
                    called.add("sessionClosed");
                }
            };
        }

        @Override
        public DocumentPlugin forDocument(DocumentKey key) {
            return new DocumentPlugin() {
                @Override
                public void loaded(long epoch, long lastPosition, Output out) {
                    called.add("loaded at " + lastPosition);
                }

                @Override
                public Verdict changing(String sessionId, List<byte[]> changes, Output out) {
                    if (failure != null) {
                        throw failure;
                    }
                    return answer("changing").toCompletableFuture().join();
                }

                @Override
                public void changed(String sessionId, long lastPosition, List<byte[]> changes, Output out) {
                    called.add("changed up to " + lastPosition);
                }

                @Override
                public void snapshotCreated(long upToPosition, Output out) {
                    called.add("snapshotCreated up to " + upToPosition);
                }

                @Override
                public void unloaded(Output out) {
                    called.add("unloaded");
                }
            };
        }
    }

    private final Scripted plugin = new Scripted();
    private final HeardEvents heard = new HeardEvents();
    private final String documentId = "doc-" + UUID.randomUUID();
    private final Author author = new Author(1);
    private TestNode node;

    @BeforeEach
    void start() {
        node = TestNode.start(options -> options.gateways(1)
                .passivateMillis(100)
                .plugins(List.of(plugin))
                .listeners(List.of(heard.listener())));
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private void handshake(RawClient client) {
        client.send(new HandshakeRequest(documentId, author.peer(), author.holds(), Set.of()));
    }

    private void assertRefused(RawClient client, String code) {
        assertThat(client.next(ErrorMessage.class).code()).isEqualTo(code);
        assertThat(client.next(ErrorMessage.class).code()).isEqualTo(ErrorCode.HANDSHAKE_FAILED);
    }

    @Test
    void areCalledInTheOrderOfASession() {
        try (RawClient client = node.connect();
                RawClient reader = node.connect()) {
            client.handshake(documentId, author);
            reader.handshake(documentId, new Author(2));
            client.send(new ChangeMessage(documentId, author.type('x')));
            reader.next(ChangeMessage.class);
        }
        eventually(() -> plugin.called.contains("unloaded"));
        assertThat(plugin.called)
                .containsSubsequence(
                        "connecting",
                        "authenticated",
                        "connected",
                        "receiving",
                        "joining",
                        "loaded at 0",
                        "sessionJoined",
                        "receiving",
                        "changing",
                        "changed up to 1",
                        "broadcasting to 1",
                        "closed",
                        "sessionClosed",
                        "unloaded");
    }

    @Test
    void seeTheSnapshotsOfRooms() {
        try (RawClient client = node.connect()) {
            client.hello(documentId);
            client.send(new Push(documentId, Collections.nCopies(201, "blob")));
            assertThat(client.next(Ack.class).compact()).isTrue();
            client.send(new SnapshotUpload(documentId, "snapshot", 201));
            eventually(() -> plugin.called.contains("snapshotCreated up to 201"));
        }
    }

    @Test
    void refuseConnectionsByHttpStatus() {
        plugin.answers.put("authenticated", CompletableFuture.supplyAsync(() -> Verdict.refuse("NOT_YOU", "no")));
        assertThatThrownBy(() -> node.connect()).hasStackTraceContaining("403");
        assertThat(heard.await(ServerEvent.ConnectionRefused.class).code()).isEqualTo("NOT_YOU");
    }

    @Test
    void refuseMessagesByCode() {
        try (RawClient client = node.connect()) {
            plugin.answers.put("receiving", Verdict.refuse("NOT_NOW", "later").now());
            client.send(new Ping(documentId, 1, null));
            assertThat(client.next(ErrorMessage.class).code()).isEqualTo("NOT_NOW");
        }
    }

    @Test
    void standBesideWhatTheServerSaysByItself() {
        try (RawClient client = node.connect();
                RawClient other = node.connect()) {
            String sessionId = client.handshake(documentId, author).sessionId();
            other.handshake(documentId, new Author(2));
            Message notice = new ErrorMessage(documentId, "NOTICE", "Back at noon");
            assertThat(RawClient.await(node.server().sendMessageToClient(sessionId, notice)))
                    .isTrue();
            assertThat(client.next()).isEqualTo(notice);
            assertThat(RawClient.await(
                            node.server().broadcastMessage(DocumentKey.aware(documentId), notice, Set.of(sessionId))))
                    .isEqualTo(1);
            assertThat(other.next()).isEqualTo(notice);
            assertThat(RawClient.await(node.server().sendMessageToClient("nobody", notice)))
                    .isFalse();
        }
    }

    // The answer of the plugin comes when everything else has been sent; the order stays.
    @Test
    void mayAnswerLaterWhileNothingOvertakesTheHandshake() {
        CompletableFuture<Verdict> later = new CompletableFuture<>();
        plugin.answers.put("joining", later);
        try (RawClient client = node.connect()) {
            handshake(client);
            client.send(new Ping(documentId, 7, null));
            eventually(() -> plugin.called.contains("joining"));
            assertThat(client.hasNothing()).isTrue();
            later.complete(Verdict.ALLOW);
            assertThat(client.next(Pong.class).originalTimestamp()).isEqualTo(7);
            client.next(HandshakeResponse.class);
        }
    }

    @Test
    void refuseHandshakesLaterByCode() {
        plugin.answers.put("joining", CompletableFuture.supplyAsync(() -> Verdict.refuse("NOT_INVITED", "no")));
        try (RawClient client = node.connect()) {
            handshake(client);
            assertRefused(client, "NOT_INVITED");
        }
    }

    @Test
    void letNobodyInIfTheyDoNotAnswerOrFail() {
        plugin.answers.put("joining", new CompletableFuture<>());
        try (RawClient client = node.connect()) {
            handshake(client);
            assertRefused(client, ErrorCode.INTERNAL_ERROR);
            assertThat(heard.await(ServerEvent.PluginSlow.class, slow -> slow.hook()
                                    .equals("joining"))
                            .millis())
                    .isEqualTo(PluginChain.ANSWER_MILLIS_MAX);
            plugin.answers.put("joining", CompletableFuture.failedFuture(new IllegalStateException("broken")));
            handshake(client);
            assertRefused(client, ErrorCode.INTERNAL_ERROR);
            assertThat(heard.await(ServerEvent.PluginFailed.class).cause()).hasMessage("broken");
            plugin.answers.remove("joining");
            client.handshake(documentId, author);
        }
    }

    @Test
    void refuseChangesByCodeOrByFailingAndCostNothingElse() {
        try (RawClient client = node.connect();
                RawClient reader = node.connect()) {
            client.handshake(documentId, author);
            reader.handshake(documentId, new Author(2));
            plugin.answers.put(
                    "changing", Verdict.refuse("FROZEN", "stays as it is").now());
            Message change = new ChangeMessage(documentId, author.type('x'));
            client.send(change);
            assertThat(client.next(ErrorMessage.class).code()).isEqualTo("FROZEN");
            plugin.failure = new IllegalStateException("broken");
            client.send(change);
            assertThat(client.next(ErrorMessage.class).code()).isEqualTo(ErrorCode.INTERNAL_ERROR);
            assertThat(heard.await(ServerEvent.PluginFailed.class).hook()).isEqualTo("changing");
            plugin.failure = null;
            plugin.answers.remove("changing");
            client.send(change);
            assertThat(reader.next()).isEqualTo(change);
        }
    }
}
