package dev.weft.server.webhook;

import static dev.weft.server.kit.RawClient.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.id.IdSource;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.server.OperationOptions;
import dev.weft.server.Server;
import dev.weft.server.embed.OpenDocument;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.kit.TestNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node, an endpoint that fails at first, and another that never answers. */
class WebhookIT {
    private static final String SECRET = "a-secret-of-both-sides";
    /** Longer than any test. */
    private static final int HANG_MILLIS = 600_000;

    private static final int DEAD_QUEUE_MAX = 3;
    private static final int DOCUMENTS = 20;

    private final BlockingQueue<JsonObject> taken = new LinkedBlockingQueue<>();
    private final AtomicInteger failuresLeft = new AtomicInteger(2);
    private final AtomicInteger unsigned = new AtomicInteger();
    private final BlockingQueue<HttpServerRequest> hung = new LinkedBlockingQueue<>();
    private Vertx elsewhere;
    private TestNode node;

    @BeforeEach
    void start() {
        elsewhere = Vertx.vertx();
        HttpServer endpoint = await(elsewhere
                .createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    long now = System.currentTimeMillis() / 1_000;
                    if (!Signature.isValid(request.getHeader(Signature.HEADER), body.getBytes(), SECRET, now, 60)) {
                        unsigned.incrementAndGet();
                    }
                    if (failuresLeft.getAndDecrement() > 0) {
                        request.response().setStatusCode(503).end();
                    } else {
                        taken.add(body.toJsonObject());
                        request.response().setStatusCode(204).end();
                    }
                }))
                .listen(0, "127.0.0.1"));
        WebhookOptions webhook = WebhookOptions.of("http://127.0.0.1:" + endpoint.actualPort() + "/hook", SECRET)
                .withDebounceMillis(50)
                .withRetries(10, 20, 50);
        WebhookOptions dead = WebhookOptions.of("http://127.0.0.1:" + silence().actualPort() + "/hook", SECRET)
                .withDebounceMillis(0)
                .withTimeoutMillis(HANG_MILLIS)
                .withQueueMax(DEAD_QUEUE_MAX);
        node = TestNode.start(options ->
                options.passivateMillis(100).operation(OperationOptions.DEFAULT.withWebhooks(List.of(webhook, dead))));
    }

    /** Takes what it is sent and never answers. */
    private HttpServer silence() {
        return await(elsewhere.createHttpServer().requestHandler(hung::add).listen(0, "127.0.0.1"));
    }

    @AfterEach
    void stop() {
        node.close();
        await(elsewhere.close());
    }

    private JsonObject next(String type) throws InterruptedException {
        while (true) {
            JsonObject notice = taken.poll(30, TimeUnit.SECONDS);
            assertThat(notice).as(type).isNotNull();
            if (notice.getString("type").equals(type)) {
                return notice;
            }
        }
    }

    @Test
    void anEndpointIsToldInOrderSignedAndAgainWhereItFailed() throws InterruptedException {
        Server server = node.server();
        OpenDocument document = await(server.open().openOrCreate("paper"));
        await(document.edit(doc -> new FugueTextHandler(doc, "text").insert(0, "Hello")));

        JsonObject created = next("document.created");
        assertThat(created.getString("document")).isEqualTo("paper");
        assertThat(created.getString("node")).isEqualTo(server.nodeId());
        assertThat(next("document.changed").getInteger("changes")).isEqualTo(1);

        RawClient client = node.connect();
        client.send(new HandshakeRequest("paper", IdSource.seeded(1).nextPeerId(), VersionVector.EMPTY, Set.of()));
        client.next(HandshakeResponse.class);
        String session = next("client.joined").getString("session");
        client.close();
        assertThat(next("client.left").getString("session")).isEqualTo(session);

        await(document.close());
        assertThat(next("document.unloaded").getString("document")).isEqualTo("paper");

        assertThat(unsigned).hasValue(0);
        assertThat(server.metrics().registry().counter("weft.webhook.failed").count())
                .isEqualTo(2);
    }

    /** Neither edits nor other endpoints wait for one that hangs, and what waits for it has a bound. */
    @Test
    void nobodyWaitsForAnEndpointThatNeverAnswers() throws InterruptedException {
        for (int i = 0; i < DOCUMENTS; i++) {
            OpenDocument document = await(node.server().open().openOrCreate("paper-" + i));
            await(document.edit(doc -> new FugueTextHandler(doc, "text").insert(0, "x")));
        }
        for (int i = 0; i < DOCUMENTS; i++) {
            assertThat(next("document.changed").getInteger("changes")).isEqualTo(1);
        }
        assertThat(hung).as("one at a time").hasSize(1);
        MeterRegistry figures = node.server().metrics().registry();
        assertThat(figures.counter("weft.webhook.dropped").count()).isGreaterThanOrEqualTo(DOCUMENTS - DEAD_QUEUE_MAX);
        TestCluster.eventually(() -> figures.get("weft.webhook.waiting").gauge().value() == DEAD_QUEUE_MAX);
    }
}
