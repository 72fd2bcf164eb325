package dev.weft.server.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.auth.Access;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.auth.DocumentPattern;
import dev.weft.server.auth.Grant;
import dev.weft.server.auth.Identity;
import dev.weft.server.auth.Peers;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.limits.Limit;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A node with authentication, and what clients try on it. Used from the test's thread. */
final class SecureNode implements AutoCloseable {
    static final short POLICY = 1008;

    private final Server server;

    private SecureNode(Server server) {
        this.server = server;
    }

    static SecureNode start(AuthOptions auth) {
        return start(auth, options -> options);
    }

    static SecureNode start(AuthOptions auth, UnaryOperator<GatewayOptions> change) {
        GatewayOptions gateway = change.apply(GatewayOptions.DEFAULT.withPort(0).withAuth(auth));
        ServerOptions options = ServerOptions.DEFAULT.withGateways(1).withGateway(gateway);
        return new SecureNode(RawClient.await(Server.start(options, InMemoryDocumentStore.unshared())));
    }

    /** A node of one event loop that lets in everybody, changed as the caller likes. */
    static SecureNode small(UnaryOperator<ServerOptions.Builder> change) {
        return small(change, InMemoryDocumentStore.unshared());
    }

    static SecureNode small(UnaryOperator<ServerOptions.Builder> change, DocumentStore store) {
        ServerOptions.Builder options =
                ServerOptions.DEFAULT.withGateways(1).withGateway(GatewayOptions.DEFAULT.withPort(0)).toBuilder();
        return new SecureNode(RawClient.await(Server.start(change.apply(options).build(), store)));
    }

    static Identity identity(String subject, Peers peers, Grant... grants) {
        return new Identity(subject, null, 0, Identity.NEVER, List.of(grants), peers);
    }

    static Grant grant(String pattern, Access access) {
        return new Grant(DocumentPattern.of(pattern), access);
    }

    Server server() {
        return server;
    }

    RawClient connect() {
        return RawClient.connect(server.vertx(), server.port());
    }

    /** How often it was met so far. */
    long reached(Limit limit) {
        return server.reached(limit);
    }

    /** Comes true, since a limit may be met a moment after its client was told. */
    void awaitReached(Limit limit) {
        TestCluster.eventually(() -> reached(limit) > 0);
    }

    RawClient connect(String token) {
        return RawClient.await(RawClient.open(server.vertx(), server.port(), withQuery(token)));
    }

    RawClient connect(WebSocketConnectOptions how) {
        return RawClient.await(RawClient.open(server.vertx(), server.port(), how));
    }

    static WebSocketConnectOptions withQuery(String token) {
        return new WebSocketConnectOptions().setURI("/?token=" + token);
    }

    /** The HTTP status with which an upgrade is refused. */
    int refusal(WebSocketConnectOptions how) {
        try {
            RawClient.open(server.vertx(), server.port(), how)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS)
                    .close();
            return 101;
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(UpgradeRejectedException.class);
            return ((UpgradeRejectedException) e.getCause()).getStatus();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static RawClient join(RawClient client, String documentId, Author author) {
        client.send(new HandshakeRequest(documentId, author.peer(), author.holds(), Set.of()));
        client.next(HandshakeResponse.class);
        return client;
    }

    static void assertRefused(RawClient client, String reason) {
        ErrorMessage error = client.next(ErrorMessage.class, each -> each.code().equals(ErrorCode.INVALID_MESSAGE));
        assertThat(error.message()).contains(reason);
    }

    /** Refused so that a client that tries to join gives up at once (spec protocol G2). */
    static void assertJoinRefused(RawClient client, String reason) {
        assertRefused(client, reason);
        client.next(ErrorMessage.class, each -> each.code().equals(ErrorCode.HANDSHAKE_FAILED));
    }

    @Override
    public void close() {
        RawClient.await(server.stop());
    }
}
