package dev.weft.server.http;

import static dev.weft.server.http.ApiOperation.Need.ADMIN;
import static dev.weft.server.http.ApiOperation.Need.READ;

import dev.weft.server.auth.Revocation;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.NodeInbox;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.embed.Documents;
import dev.weft.server.embed.OpenDocument;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.storage.DocumentInfo;
import dev.weft.server.storage.DocumentNotFoundException;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.StaleEpochException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** Documents as a whole, and the nodes: what an operator lists, moves, deletes and drains. */
final class ClusterOperations {
    private static final int LIST_MAX = 1_000;

    /** Whoever claims the document at the same time raises the epoch; in peace the first try is the last. */
    private static final int DELETE_TRIES_MAX = 5;

    /** Within it, whoever had asked for a document when it was deleted has made it again, if it does. */
    private static final int RETURN_MILLIS = 250;

    private static final JsonObject NONE = new JsonObject();

    private final LocalNode node;
    private final OwnershipRegistry registry;
    private final DocumentStore store;
    private final NodeInbox inbox;
    private final Documents documents;
    private ClusterCalls calls;
    private Consumer<DocumentKey> replicas = key -> {};

    ClusterOperations(
            LocalNode node, OwnershipRegistry registry, DocumentStore store, NodeInbox inbox, Documents documents) {
        this.documents = documents;
        this.node = node;
        this.registry = registry;
        this.store = store;
        this.inbox = inbox;
    }

    void through(ClusterCalls chosen) {
        calls = chosen;
    }

    /** @param forget lets go of a replica that is kept for the next question */
    void forgettingBy(Consumer<DocumentKey> forget) {
        replicas = forget;
    }

    private Future<JsonObject> localForget(DocumentKey key) {
        replicas.accept(key);
        return Future.succeededFuture(new JsonObject());
    }

    /** What this node does when another asks. */
    Map<String, BiFunction<DocumentKey, JsonObject, Future<JsonObject>>> answers() {
        return Map.of(
                "summary", (key, arguments) -> Future.succeededFuture(summary()),
                "sessions", (key, arguments) -> localSessions(key),
                "list", (key, arguments) -> localList(arguments),
                "delete", (key, arguments) -> localDelete(key),
                "forget", (key, arguments) -> localForget(key),
                "hand-off", (key, arguments) -> localHandOff(key, arguments),
                "release", (key, arguments) -> localRelease(key),
                "owned", (key, arguments) -> localOwned(),
                "drain", (key, arguments) -> localDrain());
    }

    List<ApiOperation> all() {
        String document = "/documents/{documentId}";
        return List.of(
                new ApiOperation("listDocuments", HttpMethod.GET, "/documents", ADMIN, this::list),
                new ApiOperation("deleteDocument", HttpMethod.DELETE, document, ADMIN, this::delete),
                new ApiOperation("listSessions", HttpMethod.GET, document + "/sessions", READ, this::sessions),
                new ApiOperation("getOwner", HttpMethod.GET, document + "/owner", READ, this::owner),
                new ApiOperation("handOffDocument", HttpMethod.POST, document + "/hand-off", ADMIN, this::handOff),
                new ApiOperation("releaseDocument", HttpMethod.POST, document + "/release", ADMIN, this::release),
                new ApiOperation("listNodes", HttpMethod.GET, "/nodes", ADMIN, this::nodes),
                new ApiOperation("listNodeDocuments", HttpMethod.GET, "/nodes/{nodeId}/documents", ADMIN, this::owned),
                new ApiOperation("drainNode", HttpMethod.POST, "/nodes/{nodeId}/drain", ADMIN, this::drain),
                new ApiOperation("revoke", HttpMethod.POST, "/revocations", ADMIN, this::revoke));
    }

    // Documents.

    private Future<ApiAnswer> list(ApiCall call) {
        int limit = call.number("limit", 100, LIST_MAX);
        JsonObject arguments = new JsonObject()
                .put("kind", call.kind().name())
                .put("prefix", call.query("prefix", ""))
                .put("after", call.query("after", ""))
                .put("limit", limit);
        Future<List<JsonObject>> lists =
                store.isShared() ? localList(arguments).map(List::of) : calls.askAll("list", null, arguments);
        return lists.map(found -> ApiAnswer.json(merged(found, limit)));
    }

    private static JsonObject merged(List<JsonObject> lists, int limit) {
        // Nodes with stores of their own may each have kept something of a document.
        TreeMap<String, JsonObject> byId = new TreeMap<>();
        for (JsonObject each : lists) {
            for (Object found : each.getJsonArray("documents", new JsonArray())) {
                byId.putIfAbsent(((JsonObject) found).getString("id"), (JsonObject) found);
            }
        }
        JsonArray documents = new JsonArray();
        byId.values().stream().limit(limit).forEach(documents::add);
        JsonObject answer = new JsonObject().put("documents", documents);
        return byId.size() < limit
                ? answer
                : answer.put(
                        "next", documents.getJsonObject(documents.size() - 1).getString("id"));
    }

    private Future<JsonObject> localList(JsonObject arguments) {
        return store.list(
                        DocumentKind.valueOf(arguments.getString("kind")),
                        arguments.getString("prefix"),
                        arguments.getString("after"),
                        arguments.getInteger("limit"))
                .map(found -> {
                    JsonArray documents = new JsonArray();
                    found.forEach(info -> documents.add(described(info)));
                    return new JsonObject().put("documents", documents);
                });
    }

    private static JsonObject described(DocumentInfo info) {
        return new JsonObject()
                .put("id", info.key().id())
                .put("kind", nameOf(info.key().kind()))
                .put("epoch", info.epoch())
                .put("entries", info.entryCount())
                .put("bytes", info.entryBytes() + info.snapshotBytes());
    }

    private static String nameOf(DocumentKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private Future<ApiAnswer> delete(ApiCall call) {
        DocumentKey key = call.document();
        boolean isForced = call.flag("force");
        Future<Void> allowed = isForced ? Future.succeededFuture() : requireUnused(key);
        // Replicas kept for the next question would only find out that it is gone; and give back what they hold if it
        // is not.
        return allowed.compose(free -> calls.askAll("forget", key, NONE))
                .compose(forgotten -> deleteEverywhere(key))
                .compose(deleted -> isForced ? Future.succeededFuture() : deleteAgain(key, 1))
                .map(ApiAnswer.NOTHING);
    }

    /** Whatever claimed it in the same moment has made it again, empty; where clients did, it is theirs. */
    private Future<Void> deleteAgain(DocumentKey key, int attempt) {
        return calls.after(RETURN_MILLIS).compose(waited -> store.find(key)).compose(found -> {
            if (found.isEmpty() || attempt == DELETE_TRIES_MAX) {
                return Future.succeededFuture();
            }
            return requireUnused(key)
                    .compose(free -> calls.askAll("forget", key, NONE))
                    .compose(forgotten -> deleteEverywhere(key))
                    .compose(deleted -> deleteAgain(key, attempt + 1))
                    .recover(cause -> cause instanceof DocumentNotFoundException || cause instanceof ApiProblem
                            ? Future.succeededFuture()
                            : Future.failedFuture(cause));
        });
    }

    private Future<Void> deleteEverywhere(DocumentKey key) {
        return registry.lookup(key).compose(owner -> {
            Future<List<JsonObject>> deleted =
                    store.isShared() ? localDelete(key).map(List::of) : calls.askAll("delete", key, NONE);
            return deleted.compose(each -> {
                long epoch = each.stream()
                        .mapToLong(answer -> answer.getLong("epoch", 0L))
                        .max()
                        .orElse(0);
                if (epoch == 0) {
                    return Future.failedFuture(new DocumentNotFoundException(key));
                }
                return owner.map(present -> supersede(present, key, epoch)).orElseGet(Future::succeededFuture);
            });
        });
    }

    private Future<Void> requireUnused(DocumentKey key) {
        return calls.askAll("sessions", key, NONE).compose(nodes -> {
            int open = 0;
            for (JsonObject each : nodes) {
                if (each.containsKey("error")) {
                    return Future.failedFuture(
                            new ApiProblem(503, "unavailable", "Node " + each.getString("node") + " does not answer"));
                }
                open += each.getJsonArray("sessions").size();
            }
            return open == 0
                    ? Future.succeededFuture()
                    : Future.failedFuture(ApiProblem.conflict(
                            "Clients that have the document open would bring it back; sessions now: " + open));
        });
    }

    /** The epoch under which it was deleted fences whoever owned it; 0 if there was nothing. */
    private Future<JsonObject> localDelete(DocumentKey key) {
        return store.find(key)
                .compose(found -> found.isEmpty()
                        ? Future.succeededFuture(0L)
                        : deleteOnce(key, 1)
                                .recover(cause -> cause instanceof DocumentNotFoundException
                                        ? Future.succeededFuture(0L)
                                        : Future.failedFuture(cause)))
                .map(epoch -> new JsonObject().put("epoch", epoch));
    }

    private Future<Long> deleteOnce(DocumentKey key, int attempt) {
        return store.claim(key, false)
                .compose(epoch -> store.delete(key, epoch).map(epoch))
                .recover(cause -> cause instanceof StaleEpochException && attempt < DELETE_TRIES_MAX
                        ? deleteOnce(key, attempt + 1)
                        : Future.failedFuture(cause));
    }

    /**
     * The owner would find out with its next write; until then it would go on showing what is gone. Its entry goes first: an
     * owner that is replaced and still has it believes that a network divides it from the other, and serves on.
     */
    private Future<Void> supersede(Ownership owner, DocumentKey key, long epoch) {
        return registry.release(key, owner.claimId(), null).transform(released -> {
            inbox.toOwner(owner.nodeId(), new OwnerMessage.Superseded(key, new LinkAddress(node.id(), 0, 0), epoch));
            return Future.succeededFuture();
        });
    }

    private Future<List<JsonObject>> allSessions(DocumentKey key) {
        return calls.askAll("sessions", key, NONE).map(nodes -> nodes.stream()
                .flatMap(each -> each.getJsonArray("sessions", new JsonArray()).stream()
                        .map(found -> ((JsonObject) found).put("node", each.getString("node"))))
                .toList());
    }

    private Future<ApiAnswer> sessions(ApiCall call) {
        return allSessions(call.document())
                .map(found -> ApiAnswer.json(new JsonObject().put("sessions", new JsonArray(found))));
    }

    private Future<JsonObject> localSessions(DocumentKey key) {
        return node.sessions(key).map(found -> {
            JsonArray sessions = new JsonArray();
            found.forEach(each -> sessions.add(new JsonObject()
                    .put("session", each.sessionId())
                    .put("subject", each.subject())
                    .put("address", each.remoteAddress())
                    .put("connectedMillis", each.connectedMillis())));
            return new JsonObject().put("sessions", sessions);
        });
    }

    private Future<ApiAnswer> owner(ApiCall call) {
        return requireOwner(call.document())
                .map(owner -> ApiAnswer.json(new JsonObject()
                        .put("node", owner.nodeId())
                        .put("epoch", owner.epoch())
                        .put("state", owner.state().name().toLowerCase(Locale.ROOT))));
    }

    private Future<Ownership> requireOwner(DocumentKey key) {
        return registry.lookup(key).compose(found -> found.<Future<Ownership>>map(Future::succeededFuture)
                .orElseGet(() -> Future.failedFuture(ApiProblem.notFound("No node owns " + key + " now"))));
    }

    private Future<ApiAnswer> handOff(ApiCall call) {
        if (!(call.body().getValue("node") instanceof String target)) {
            throw ApiProblem.badRequest("node is missing");
        }
        if (!registry.members().contains(target)) {
            throw ApiProblem.notFound("There is no node " + target);
        }
        DocumentKey key = call.document();
        return requireOwner(key)
                // Asked for twice, it is there already, and stays.
                .compose(owner -> owner.nodeId().equals(target)
                        ? Future.succeededFuture(
                                new JsonObject().put("from", target).put("to", target))
                        : calls.ask(owner.nodeId(), "hand-off", key, new JsonObject().put("to", target)))
                .map(done -> ApiAnswer.json(202, done));
    }

    private Future<JsonObject> localHandOff(DocumentKey key, JsonObject arguments) {
        return node.handOff(key, arguments.getString("to"))
                ? Future.succeededFuture(new JsonObject().put("from", node.id()).put("to", arguments.getString("to")))
                : Future.failedFuture(ApiProblem.conflict("The document is on the move already"));
    }

    private Future<ApiAnswer> release(ApiCall call) {
        DocumentKey key = call.document();
        return calls.askAll("release", key, NONE).map(done -> {
            if (key.kind() == DocumentKind.AWARE) {
                // Otherwise it would be tried when somebody asks for it next, and look put aside until then.
                documents.open(key.id()).compose(OpenDocument::close);
            }
            return ApiAnswer.NOTHING;
        });
    }

    private Future<JsonObject> localRelease(DocumentKey key) {
        node.release(key);
        return Future.succeededFuture(new JsonObject());
    }

    // Nodes.

    private Future<ApiAnswer> nodes(ApiCall call) {
        return calls.askAll("summary", null, NONE)
                .map(found -> ApiAnswer.json(new JsonObject()
                        .put("answeredBy", node.id())
                        .put("clusterSafe", registry.isClusterSafe())
                        .put("nodes", new JsonArray(found))));
    }

    private JsonObject summary() {
        LocalNode.Summary summary = node.summary();
        return new JsonObject()
                .put("port", summary.port())
                .put("httpPort", summary.httpPort())
                .put("documents", summary.documents())
                .put("quarantined", summary.quarantined())
                .put("connections", summary.connections())
                .put("draining", summary.draining())
                .put("figures", new JsonObject(new LinkedHashMap<>(node.figures())));
    }

    private Future<ApiAnswer> owned(ApiCall call) {
        String wanted = call.path("nodeId");
        if (!registry.members().contains(wanted)) {
            throw ApiProblem.notFound("There is no node " + wanted);
        }
        return calls.ask(wanted, "owned", null, NONE).map(ApiAnswer::json);
    }

    private Future<JsonObject> localOwned() {
        return node.documents(LIST_MAX).map(owned -> {
            JsonArray documents = new JsonArray();
            owned.forEach(each -> documents.add(new JsonObject()
                    .put("id", each.key().id())
                    .put("kind", nameOf(each.key().kind()))
                    .put("state", each.phase().name().toLowerCase(Locale.ROOT))
                    .put("epoch", each.epoch())));
            int count = Math.max(owned.size(), node.summary().documents());
            return new JsonObject().put("count", count).put("documents", documents);
        });
    }

    /** Any node may be told: it tells the others, and keeps doing so. */
    private Future<ApiAnswer> revoke(ApiCall call) {
        Object subject = call.body().getValue("subject");
        Object token = call.body().getValue("token");
        boolean isOfSubject = subject != null;
        if (!((isOfSubject ? subject : token) instanceof String name) || isOfSubject && token != null) {
            throw ApiProblem.badRequest("either a subject or the id of a token must be there");
        }
        if (name.isEmpty() || name.length() > Revocation.NAME_CHARS_MAX) {
            throw ApiProblem.badRequest("the name must have 1 to " + Revocation.NAME_CHARS_MAX + " characters");
        }
        node.revoke(isOfSubject ? Revocation.Kind.SUBJECT : Revocation.Kind.TOKEN, name);
        return Future.succeededFuture(ApiAnswer.NOTHING);
    }

    private Future<ApiAnswer> drain(ApiCall call) {
        return calls.ask(call.path("nodeId"), "drain", null, NONE).map(done -> ApiAnswer.json(202, done));
    }

    private Future<JsonObject> localDrain() {
        if (registry.members().size() < 2) {
            return Future.failedFuture(ApiProblem.conflict("There is no other node that could take over"));
        }
        // Handing over takes a while; GET /nodes tells how far it is.
        node.drain();
        return Future.succeededFuture(new JsonObject().put("draining", true));
    }
}
