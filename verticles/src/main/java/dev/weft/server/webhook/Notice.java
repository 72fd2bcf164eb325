package dev.weft.server.webhook;

import dev.weft.server.event.ServerEvent;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Locale;

/** What an endpoint is told, before it has a number. */
record Notice(WebhookEvent event, JsonObject body) {
    static Notice of(WebhookEvent event, ServerEvent told, String documentId) {
        JsonObject body = new JsonObject()
                .put("type", event.type())
                .put("time", Instant.ofEpochMilli(told.timeMillis()).toString())
                .put("node", told.nodeId())
                .put("document", documentId);
        if (told.kind() != null) {
            body.put("kind", told.kind().name().toLowerCase(Locale.ROOT));
        }
        return new Notice(event, told.sessionId() == null ? body : body.put("session", told.sessionId()));
    }
}
