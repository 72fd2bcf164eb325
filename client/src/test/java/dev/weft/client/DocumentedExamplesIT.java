package dev.weft.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.awareness.AwarenessPlugin;
import dev.weft.client.connection.Backoff;
import dev.weft.client.connection.Timing;
import dev.weft.client.connection.TokenSource;
import dev.weft.client.event.ClientEvent;
import dev.weft.client.plugin.ClientPlugin;
import dev.weft.client.plugin.PluginHost;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.protocol.codec.Compressor;
import dev.weft.protocol.codec.JsonObject;
import dev.weft.protocol.codec.PluginCodec;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.MessageType;
import dev.weft.protocol.message.PluginMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.net.PemTrustOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The examples of docs/client.md: they compile, they run, and they stand in the document as they stand here. */
class DocumentedExamplesIT {
    private final Vertx vertx = Vertx.vertx();
    private StubServer server;
    private ReferenceServer model;
    private String url;

    @BeforeEach
    void startServer() throws Exception {
        server = StubServer.start(vertx);
        model = new ReferenceServer("notes", server::send);
        server.serve(model);
        url = server.url();
    }

    @AfterEach
    void stop() throws Exception {
        Waiting.get(vertx.close());
    }

    @Test
    void connectAndEdit() throws Exception {
        // example: connect
        Document document = new Document(DocumentOptions.builder().build());
        FugueTextHandler text = new FugueTextHandler(document, "text");

        SyncClient client = SyncClient.create(vertx, document, ClientOptions.of("notes", url));
        client.connect();
        client.edit(doc -> text.insert(0, "Hello"));
        // end
        Waiting.until("it is there", () -> model.ids().size() == 1);
    }

    @Test
    void readAndWatch() throws Exception {
        Document document = new Document(DocumentOptions.builder().build());
        FugueTextHandler text = new FugueTextHandler(document, "text");
        SyncClient client = SyncClient.create(vertx, document, ClientOptions.of("notes", url));
        List<String> seen = new CopyOnWriteArrayList<>();
        // example: watch
        client.execute(doc -> doc.onUpdate(() -> seen.add(text.value())));
        Future<String> value = client.execute(doc -> text.value());
        // end
        client.edit(doc -> text.insert(0, "Hello"));
        Waiting.until("it was seen", () -> seen.contains("Hello"));
        assertThat(Waiting.get(value)).isEmpty();
    }

    @Test
    void statusAndEvents() throws Exception {
        Document document = new Document(DocumentOptions.builder().build());
        SyncClient client = SyncClient.create(vertx, document, ClientOptions.of("notes", url));
        List<String> log = new CopyOnWriteArrayList<>();
        // example: events
        client.onStatus(status -> log.add("now " + status));
        client.onEvent(event -> {
            if (event instanceof ClientEvent.Problem problem) {
                log.add(problem.kind() + ": " + problem.text());
            } else if (event instanceof ClientEvent.ChangesApplied applied) {
                applied.changes()
                        .forEach(change -> log.add(change.author() + " changed "
                                + change.envelope().handlerId()));
            }
        });
        Subscription messages = client.onMessage(message -> log.add("received " + message.type()));
        // end
        Waiting.get(client.connect());
        Waiting.until("all was logged", () -> log.size() >= 3);
        messages.close();
    }

    @Test
    void durableEdits() throws Exception {
        Document document = new Document(DocumentOptions.builder().build());
        FugueTextHandler text = new FugueTextHandler(document, "text");
        SyncClient client = SyncClient.create(vertx, document, ClientOptions.of("notes", url));
        List<String> shown = new CopyOnWriteArrayList<>();
        // example: durable
        Edit edit = client.edit(doc -> text.insert(0, "Hello"));
        edit.applied().onSuccess(done -> shown.add("in the document, and on its way"));
        edit.durable().onSuccess(done -> shown.add("safe")).onFailure(cause -> shown.add(cause.getMessage()));
        // end
        Waiting.get(client.connect());
        Waiting.until("both were told", () -> shown.size() == 2);
    }

    @Test
    void blocking() {
        // example: blocking
        Document document = new Document(DocumentOptions.builder().build());
        FugueTextHandler text = new FugueTextHandler(document, "text");

        try (BlockingClient client =
                BlockingClient.sync(document, ClientOptions.of("notes", url), Duration.ofSeconds(10))) {
            client.connect();
            client.edit(doc -> text.insert(0, "Hello"));
            client.awaitUntil(doc -> text.value().contains("Hello"));
        }
        // end
        assertThat(model.ids()).hasSize(1);
    }

    @Test
    void options() throws Exception {
        String other = url;
        // example: options
        ClientOptions options = ClientOptions.builder("notes")
                .endpoints(url, other)
                .tokens(() -> Future.succeededFuture("secret"), TokenSource.Placement.AUTHORIZATION_HEADER)
                .transport(new WebSocketClientOptions().setTrustOptions(new PemTrustOptions().addCertPath("ca.pem")))
                .compressor(Compressor.GZIP)
                .timing(Timing.DEFAULT.withPing(10_000, 25_000))
                .backoff(new Backoff.Policy(250, 30_000, 500, 0))
                .build();
        // end
        assertThat(options.documentId()).isEqualTo("notes");
    }

    @Test
    void awareness() throws Exception {
        Document document = new Document(DocumentOptions.builder().build());
        List<Map<?, ?>> cursors = new CopyOnWriteArrayList<>();
        // example: awareness
        AwarenessPlugin awareness =
                new AwarenessPlugin(Map.of("name", "Ann", "color", "#d33"), AwarenessPlugin.THROTTLE_MILLIS);
        ClientOptions options =
                ClientOptions.builder("notes").endpoints(url).plugin(awareness).build();
        SyncClient client = SyncClient.create(vertx, document, options);

        awareness.onChange(
                everybody -> everybody.states().values().forEach(someone -> cursors.add(someone.metadata())));
        awareness.updateLocalState(Map.of("cursor", 7));
        // end
        Waiting.get(client.connect());
        Waiting.until("the cursor is shown", () -> cursors.stream()
                .anyMatch(shown -> Integer.valueOf(7).equals(shown.get("cursor"))));
    }

    // example: plugin
    /** Somebody claps for the document. */
    record Applause(String documentId, int claps) implements PluginMessage {
        static final MessageType TYPE = new MessageType(1001, "applause");

        @Override
        public MessageType type() {
            return TYPE;
        }
    }

    static final class ApplausePlugin implements ClientPlugin, PluginCodec {
        private PluginHost host;

        @Override
        public String name() {
            return "applause";
        }

        @Override
        public PluginCodec codec() {
            return this;
        }

        @Override
        public boolean knows(int type) {
            return type == Applause.TYPE.code();
        }

        @Override
        public PluginMessage decode(int type, String documentId, JsonObject fields) {
            return new Applause(documentId, ((Number) fields.values().get("claps")).intValue());
        }

        @Override
        public Map<String, Object> encode(PluginMessage message) {
            return message instanceof Applause applause ? Map.of("claps", applause.claps()) : null;
        }

        @Override
        public void attach(PluginHost owner) {
            host = owner;
        }

        void clap(int claps) {
            host.run(() -> host.send(new Applause(host.documentId(), claps)));
        }
    }
    // end

    @Test
    void plugin() throws Exception {
        Document document = new Document(DocumentOptions.builder().build());
        ApplausePlugin applause = new ApplausePlugin();
        ClientOptions options =
                ClientOptions.builder("notes").endpoints(url).plugin(applause).build();
        SyncClient client = SyncClient.create(vertx, document, options);
        Waiting.get(client.connect());
        applause.clap(3);
        // The stub knows no applause; the reference drops what it does not know, and so does the stub.
        Waiting.until("it arrived", () -> server.undecodable.get() == 1);
        client.edit(doc -> new FugueTextHandler(doc, "text").insert(0, "x"));
        Waiting.until(
                "the session goes on",
                () -> server.received(ChangeMessage.class).size() == 1);
    }

    @Test
    void relay() throws Exception {
        StubServer relayServer = StubServer.start(vertx);
        ReferenceRelay relay = new ReferenceRelay("notes", relayServer::send, System::currentTimeMillis, 200, 30_000);
        relayServer.onMessage(relay::receive);
        String relayUrl = relayServer.url();
        // example: relay
        Document document = new Document(DocumentOptions.builder().build());
        FugueTextHandler text = new FugueTextHandler(document, "text");

        RelayClient client = RelayClient.create(vertx, document, ClientOptions.of("notes", relayUrl));
        client.connect();
        Future<Void> stored = client.edit(doc -> text.insert(0, "Hello")).durable();
        // end
        Waiting.get(stored);
        assertThat(relay.log()).hasSize(1);
    }
}
