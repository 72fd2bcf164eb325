package dev.weft.server.bus;

import dev.weft.server.auth.Revocation;
import dev.weft.server.auth.Revocations;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells all nodes what was revoked. The bus may lose what is published, so every node repeats all it knows from time to
 * time, and asks when it starts. Thread-safe.
 */
public final class RevocationChannel {
    private static final Logger LOG = LoggerFactory.getLogger(RevocationChannel.class);

    /** How often what is known is said again; a node that missed one learns of it by then. */
    private static final int REPEAT_MILLIS = 5_000;

    /** Revocations in one message. */
    private static final int PART_MAX = 500;

    private final Vertx vertx;
    private final Revocations revocations;
    private final Consumer<Revocation> listener;
    private MessageConsumer<JsonArray> consumer;
    private long timer = -1;

    /** @param listener told on any thread what is new, its own revocations included */
    public RevocationChannel(Vertx vertx, Revocations revocations, Consumer<Revocation> listener) {
        this.vertx = vertx;
        this.revocations = revocations;
        this.listener = listener;
    }

    public Future<Void> start() {
        consumer = vertx.eventBus().consumer(Addresses.REVOCATIONS, this::received);
        return consumer.completion().onSuccess(listening -> {
            if (vertx.isClustered()) {
                timer = vertx.setPeriodic(REPEAT_MILLIS, repeat -> publish(revocations.all()));
                // An empty list is a question.
                vertx.eventBus().publish(Addresses.REVOCATIONS, new JsonArray());
            }
        });
    }

    public Future<Void> stop() {
        if (timer >= 0) {
            vertx.cancelTimer(timer);
        }
        return consumer == null ? Future.succeededFuture() : consumer.unregister();
    }

    /** Takes effect here before it returns, and on the other nodes a moment later. */
    public void revoke(Revocation revocation) {
        learn(revocation);
        publish(List.of(revocation));
    }

    private void publish(List<Revocation> all) {
        for (int from = 0; from < all.size(); from += PART_MAX) {
            JsonArray part = new JsonArray();
            all.subList(from, Math.min(all.size(), from + PART_MAX)).forEach(each -> part.add(encode(each)));
            vertx.eventBus().publish(Addresses.REVOCATIONS, part);
        }
    }

    private void received(Message<JsonArray> message) {
        if (message.body().isEmpty()) {
            publish(revocations.all());
            return;
        }
        try {
            List<Revocation> heard = new ArrayList<>();
            message.body().forEach(each -> heard.add(decode((JsonObject) each)));
            heard.forEach(this::learn);
        } catch (IllegalArgumentException | ClassCastException | NullPointerException e) {
            LOG.warn("Another node revoked what this one does not understand: {}", e.getMessage());
        }
    }

    private void learn(Revocation revocation) {
        if (revocations.add(revocation)) {
            LOG.info("Revoked {} {}", revocation.kind(), revocation.name());
            listener.accept(revocation);
        }
    }

    private static JsonObject encode(Revocation revocation) {
        return new JsonObject()
                .put("kind", revocation.kind().name())
                .put("name", revocation.name())
                .put("at", revocation.atMillis());
    }

    private static Revocation decode(JsonObject json) {
        return new Revocation(
                Revocation.Kind.valueOf(json.getString("kind")), json.getString("name"), json.getLong("at"));
    }
}
