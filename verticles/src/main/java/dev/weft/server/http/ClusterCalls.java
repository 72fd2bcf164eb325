package dev.weft.server.http;

import dev.weft.server.bus.Addresses;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.registry.OwnershipRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * What nodes ask each other on behalf of an operator: rare, small, and answered to people, which is why it travels as JSON
 * that nodes of another version can read too.
 */
final class ClusterCalls {
    /** A node that does not answer for so long is told of as not answering. */
    private static final int TIMEOUT_MILLIS = 3_000;

    private static final int FAILURE = 1;

    private final Vertx vertx;
    private final OwnershipRegistry registry;
    private final Map<String, BiFunction<DocumentKey, JsonObject, Future<JsonObject>>> actions;
    private MessageConsumer<JsonObject> consumer;

    /** @param actions what this node does when it is asked, by name; the document is null where none is named */
    ClusterCalls(
            Vertx vertx,
            OwnershipRegistry registry,
            Map<String, BiFunction<DocumentKey, JsonObject, Future<JsonObject>>> actions) {
        this.vertx = vertx;
        this.registry = registry;
        this.actions = Map.copyOf(actions);
    }

    Future<Void> start() {
        consumer = vertx.eventBus().consumer(Addresses.calls(registry.localNode()), this::asked);
        return consumer.completion();
    }

    Future<Void> stop() {
        return consumer == null ? Future.succeededFuture() : consumer.unregister();
    }

    /** @return fails with an {@link ApiProblem} if there is no such node */
    Future<JsonObject> ask(String nodeId, String action, DocumentKey document, JsonObject arguments) {
        if (nodeId.equals(registry.localNode())) {
            return actions.get(action).apply(document, arguments);
        }
        if (!registry.members().contains(nodeId)) {
            return Future.failedFuture(ApiProblem.notFound("There is no node " + nodeId));
        }
        JsonObject question = new JsonObject().put("action", action).put("arguments", arguments);
        if (document != null) {
            question.put("kind", document.kind().name()).put("id", document.id());
        }
        return vertx.eventBus()
                .<JsonObject>request(
                        Addresses.calls(nodeId), question, new DeliveryOptions().setSendTimeout(TIMEOUT_MILLIS))
                .map(Message::body);
    }

    /** Asks every node; one that does not answer is named with an {@code error}. */
    Future<List<JsonObject>> askAll(String action, DocumentKey document, JsonObject arguments) {
        List<Future<JsonObject>> answers = new ArrayList<>();
        for (String node : registry.members()) {
            answers.add(ask(node, action, document, arguments)
                    .map(answer -> answer.copy().put("node", node))
                    .otherwise(cause ->
                            new JsonObject().put("node", node).put("error", String.valueOf(cause.getMessage()))));
        }
        return Future.join(answers)
                .map(joined -> answers.stream().map(Future::result).toList());
    }

    Future<Void> after(int millis) {
        return vertx.timer(millis).mapEmpty();
    }

    private void asked(Message<JsonObject> message) {
        JsonObject question = message.body();
        var action = actions.get(question.getString("action"));
        if (action == null) {
            message.fail(FAILURE, "This node does not know " + question.getString("action"));
            return;
        }
        DocumentKey document = question.getString("id") == null
                ? null
                : new DocumentKey(DocumentKind.valueOf(question.getString("kind")), question.getString("id"));
        action.apply(document, question.getJsonObject("arguments"))
                .onSuccess(message::reply)
                .onFailure(cause -> message.fail(FAILURE, String.valueOf(cause.getMessage())));
    }
}
