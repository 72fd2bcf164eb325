package dev.weft.cli;

import dev.weft.client.ClientOptions;
import dev.weft.client.SyncClient;
import dev.weft.client.connection.Timing;
import dev.weft.client.connection.TokenSource;
import dev.weft.client.event.ClientEvent;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** A document of a server, kept in sync from when the session is opened until it is closed. */
final class DocumentSession implements AutoCloseable {
    private static final long CLOSE_SECONDS_MAX = 5;

    private final Vertx vertx;
    private final Document document;
    private final SyncClient client;
    private final Target target;
    private final Promise<Void> caughtUp = Promise.promise();
    private volatile String lastProblem;
    private VersionVector serverVersion;

    private DocumentSession(Vertx vertx, Document document, SyncClient client, Target target) {
        this.vertx = vertx;
        this.document = document;
        this.client = client;
        this.target = target;
    }

    /**
     * Connects and catches up with what the server has.
     *
     * @throws CommandFailedException if the server cannot be reached or refuses
     */
    static DocumentSession open(Target target) throws InterruptedException {
        long patienceMillis = TimeUnit.SECONDS.toMillis(target.timeoutSeconds());
        ClientOptions.Builder options = ClientOptions.builder(target.documentId())
                .endpoints(target.url())
                .timing(Timing.DEFAULT.withConnectTimeout(patienceMillis).withHandshakeTimeout(patienceMillis));
        String token = target.token();
        if (token != null) {
            options.tokens(() -> Future.succeededFuture(token), TokenSource.Placement.AUTHORIZATION_HEADER);
        }
        if (target.trust() != null) {
            options.transport(new WebSocketClientOptions()
                    .setTrustOptions(
                            new PemTrustOptions().addCertPath(target.trust().toString())));
        }
        // Its warnings about busy event loops are for servers; here the loop is busy because the user wants it to be.
        Vertx vertx = Vertx.vertx(
                new VertxOptions().setEventLoopPoolSize(1).setBlockedThreadCheckInterval(TimeUnit.HOURS.toMillis(1)));
        Document document = new Document(
                DocumentOptions.builder().documentId(target.documentId()).build());
        DocumentSession session =
                new DocumentSession(vertx, document, SyncClient.create(vertx, document, options.build()), target);
        session.client.onEvent(session::remember);
        session.client.onMessage(session::follow);
        try {
            boolean connected = session.await(session.client.connect());
            if (!connected) {
                throw new CommandFailedException("cannot open '" + target.documentId() + "' at " + target.shownUrl()
                        + ": " + session.lastProblem());
            }
            session.await(session.caughtUp.future());
            return session;
        } catch (RuntimeException | InterruptedException e) {
            session.close();
            throw e;
        }
    }

    /** A long history comes in several messages; only with the last of them is the document what the server has. */
    private void follow(Message message) {
        if (message instanceof HandshakeResponse response) {
            serverVersion = response.versionVector();
        }
        checkCaughtUp();
    }

    private void checkCaughtUp() {
        if (serverVersion != null && document.versionVector().dominates(serverVersion)) {
            caughtUp.tryComplete();
        }
    }

    private void remember(ClientEvent event) {
        if (event instanceof ClientEvent.Problem problem) {
            lastProblem = problem.code() == null ? problem.text() : problem.code() + ", " + problem.text();
        } else {
            checkCaughtUp();
        }
    }

    SyncClient client() {
        return client;
    }

    /** The last thing that went wrong, for people. */
    String lastProblem() {
        return lastProblem == null ? "the server does not answer" : lastProblem;
    }

    <T> T read(Function<? super Document, ? extends T> action) throws InterruptedException {
        return await(client.execute(action));
    }

    /** @throws CommandFailedException if it fails or takes longer than the user wants to wait */
    <T> T await(Future<T> future) throws InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(target.timeoutSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new CommandFailedException(Failures.describe(e), e);
        } catch (TimeoutException e) {
            throw new CommandFailedException(
                    "no answer from " + target.shownUrl() + " within " + target.timeoutSeconds() + " s: "
                            + lastProblem(),
                    e);
        }
    }

    @Override
    public void close() {
        try {
            client.close()
                    .transform(closed -> vertx.close())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            System.err.println("weft: the connection was not closed cleanly: " + Failures.describe(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
