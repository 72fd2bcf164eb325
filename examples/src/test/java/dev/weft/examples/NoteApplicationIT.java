package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.ClientOptions;
import dev.weft.client.SyncClient;
import dev.weft.client.connection.TokenSource;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClient;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application as its users meet it: over HTTP, and with an editor over WebSocket on a route of its own. */
class NoteApplicationIT {
    private static final long PATIENCE_SECONDS = 30;

    private final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path data;

    private NoteApplication application;
    private WebClient http;

    @BeforeEach
    void start() {
        application = await(NoteApplication.start(vertx, data, 0));
        http = WebClient.create(vertx);
    }

    @AfterEach
    void stop() {
        await(application.stop().transform(stopped -> vertx.close()));
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void post(String id, String line) {
        assertThat(await(http.post(application.port(), "127.0.0.1", "/notes/" + id)
                                .sendBuffer(io.vertx.core.buffer.Buffer.buffer(line)))
                        .statusCode())
                .isEqualTo(204);
    }

    private String get(String id) {
        return await(http.get(application.port(), "127.0.0.1", "/notes/" + id).send())
                .bodyAsJsonObject()
                .getString("text");
    }

    private SyncClient client(Document document, String token) {
        return SyncClient.create(
                vertx,
                document,
                ClientOptions.builder(document.documentId())
                        .endpoints("ws://127.0.0.1:" + application.port() + "/sync")
                        .tokens(() -> Future.succeededFuture(token), TokenSource.Placement.AUTHORIZATION_HEADER)
                        .build());
    }

    private static Document document(String id) {
        return new Document(DocumentOptions.builder().documentId(id).build());
    }

    @Test
    void editorsAndTheApplicationEditOneDocument() {
        post("list", "milk");
        Document document = document("note-list");
        SyncClient editor = client(document, "a-token-only-ann-has");
        assertThat(await(editor.connect())).isTrue();
        await(editor.edit(doc -> new FugueTextHandler(doc, "text").insert(0, "First: "))
                .durable());

        assertThat(get("list")).isEqualTo("First: milk\n");
        await(editor.close());
    }

    @Test
    void aNoteThatNobodyWroteIsNotThere() {
        assertThat(await(http.get(application.port(), "127.0.0.1", "/notes/never")
                                .send())
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void whoHasNoTokenIsNotLetIn() {
        SyncClient stranger = client(document("note-list"), "some-other-long-token");
        assertThat(await(stranger.connect())).isFalse();
        await(stranger.close());
    }

    @Test
    void manyEditorsComeToOneRouteWhateverTheirEventLoop() {
        for (int i = 0; i < 8; i++) {
            Document document = document("note-" + i);
            SyncClient editor = client(document, "a-token-only-ann-has");
            assertThat(await(editor.connect())).isTrue();
            String text = "editor " + i;
            await(editor.edit(doc -> new FugueTextHandler(doc, "text").insert(0, text))
                    .durable());
            assertThat(get(String.valueOf(i))).isEqualTo(text);
            await(editor.close());
        }
    }

    @Test
    void theApplicationHearsOfEveryChange() throws InterruptedException {
        BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
        Runnable end = await(application.watch("diary", heard::add));
        post("diary", "Monday");
        assertThat(heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("Monday\n");
        end.run();
    }
}
