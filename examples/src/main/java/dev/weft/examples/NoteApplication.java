package dev.weft.examples;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.server.ServerOptions;
import dev.weft.server.Weft;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.auth.DocumentPattern;
import dev.weft.server.auth.Grant;
import dev.weft.server.auth.Identity;
import dev.weft.server.auth.Peers;
import dev.weft.server.auth.StaticTokenAuthenticator;
import dev.weft.server.embed.DocumentValues;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.storage.DocumentNotFoundException;
import dev.weft.server.storage.embedded.EmbeddedDocumentStore;
import dev.weft.server.storage.embedded.EmbeddedStoreOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Notes over HTTP for those who have no editor, and over WebSocket at {@code /sync} for those who have. */
public final class NoteApplication {
    private final Vertx vertx;
    private final Weft weft;
    private int port;

    private NoteApplication(Vertx vertx, Weft weft) {
        this.vertx = vertx;
        this.weft = weft;
    }

    // snippet: deploy
    /** Ten lines: the application's Vert.x, its web server and its port; Weft on one path of it. */
    static Future<NoteApplication> start(Vertx vertx, Path data, int port) {
        ServerOptions options = ServerOptions.builder()
                .gateway(GatewayOptions.builder()
                        .port(GatewayOptions.MOUNTED)
                        .auth(authentication())
                        .build())
                .build();
        return Weft.deploy(vertx, options, own -> new EmbeddedDocumentStore(EmbeddedStoreOptions.in(data)))
                .compose(weft -> new NoteApplication(vertx, weft).listen(port));
    }
    // end

    // snippet: mount
    private Future<NoteApplication> listen(int wanted) {
        Router router = Router.router(vertx);
        router.route("/sync").handler(weft.handler());
        router.get("/notes/:id").handler(this::show);
        router.post("/notes/:id")
                .handler(BodyHandler.create(false).setBodyLimit(10_000))
                .handler(this::append);
        return vertx.createHttpServer()
                .requestHandler(router)
                .listen(wanted, "127.0.0.1")
                .onSuccess(server -> port = server.actualPort())
                .map(this);
    }
    // end

    // snippet: auth
    /** Who may connect, and to which documents. An Authenticator and an AccessPolicy of one's own go in the same place. */
    private static AuthOptions authentication() {
        Grant notes = new Grant(DocumentPattern.of("note-*"), dev.weft.server.auth.Access.WRITE);
        Identity ann = new Identity("ann", null, 0, Identity.NEVER, List.of(notes), Peers.ANY);
        return AuthOptions.of(new StaticTokenAuthenticator(Map.of("a-token-only-ann-has", ann)));
    }
    // end

    // snippet: read
    private void show(RoutingContext context) {
        weft.documents()
                .open("note-" + context.pathParam("id"))
                .compose(note -> note.read(DocumentValues::of).eventually(note::close))
                .onSuccess(values -> context.json(new JsonObject(values)))
                .onFailure(cause -> context.fail(cause instanceof DocumentNotFoundException ? 404 : 500, cause));
    }
    // end

    // snippet: edit
    private void append(RoutingContext context) {
        String line = context.body().asString() + "\n";
        weft.documents()
                .openOrCreate("note-" + context.pathParam("id"))
                .compose(note -> note.edit(document -> append(document, line)).eventually(note::close))
                .onSuccess(version -> context.response().setStatusCode(204).end())
                .onFailure(context::fail);
    }

    /** All of it happens or nothing; it is durable when the future of the edit completes. */
    private static void append(Document document, String line) {
        FugueTextHandler text = (FugueTextHandler) document.handlers().get("text");
        if (text == null) {
            text = new FugueTextHandler(document, "text");
        }
        text.insert(text.length(), line);
    }
    // end

    // snippet: observe
    /** Calls back with the text of a note, whoever changes it, on whichever node. */
    Future<Runnable> watch(String id, java.util.function.Consumer<Object> listener) {
        return weft.documents()
                .openOrCreate("note-" + id)
                .map(note -> note.onChange(
                        document -> listener.accept(DocumentValues.of(document).get("text"))));
    }
    // end

    int port() {
        return port;
    }

    Future<Void> stop() {
        return weft.undeploy();
    }

    public static void main(String[] arguments) {
        Vertx vertx = Vertx.vertx();
        start(vertx, Path.of("notes"), 8080)
                .onSuccess(
                        started -> System.out.println("Notes are at http://127.0.0.1:" + started.port() + "/notes/ID"))
                .onFailure(cause -> {
                    System.err.println(cause.getMessage());
                    vertx.close();
                });
    }
}
