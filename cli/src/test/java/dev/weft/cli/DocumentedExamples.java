package dev.weft.cli;

import dev.weft.client.ClientOptions;
import dev.weft.client.SyncClient;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.server.OperationOptions;
import dev.weft.server.webhook.WebhookOptions;
import io.vertx.core.Vertx;
import java.util.List;

/** Examples of pages that are compiled and not run, because they name addresses that nobody has here. */
final class DocumentedExamples {
    private DocumentedExamples() {}

    static void readme() {
        // example: readme
        Vertx vertx = Vertx.vertx();
        Document document =
                new Document(DocumentOptions.builder().documentId("notes").build());
        SyncClient client = SyncClient.create(vertx, document, ClientOptions.of("notes", "ws://localhost:8080"));

        client.connect()
                .compose(connected -> client.edit(doc -> new FugueTextHandler(doc, "text").insert(0, "Hello"))
                        .durable())
                .onSuccess(stored -> System.out.println("safe on the server"))
                .onFailure(Throwable::printStackTrace);
        // end
    }

    static void webhooks() {
        // example: webhooks
        OperationOptions.DEFAULT.withWebhooks(
                List.of(WebhookOptions.of("https://example.org/weft", "a secret of at least 16 characters")));
        // end
    }
}
