package dev.weft.server.http;

import static dev.weft.server.http.ApiOperation.Need.READ;
import static dev.weft.server.http.ApiOperation.Need.WRITE;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.FramedChanges;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.embed.DocumentValues;
import dev.weft.server.embed.Documents;
import dev.weft.server.embed.OpenDocument;
import dev.weft.server.storage.DocumentNotFoundException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** What can be done with the content of an aware document. Each works on a replica on this node, wherever the owner is. */
final class DocumentOperations {
    /** An edit that is not durable by then is answered with {@code outcome-unknown}. */
    private static final int EDIT_SECONDS_MAX = 10;

    /** The same for what works on a whole history. Balancers commonly wait for 30 s. */
    private static final int HISTORY_SECONDS_MAX = 25;

    private static final int CHANGES_MAX = 10_000;
    private static final int VERSIONS_MAX = 1_000;

    private final DocumentCache cache;
    private final Documents documents;

    DocumentOperations(DocumentCache cache, Documents documents) {
        this.cache = cache;
        this.documents = documents;
    }

    List<ApiOperation> all() {
        String document = "/documents/{documentId}";
        return List.of(
                new ApiOperation("createDocument", HttpMethod.PUT, document, WRITE, this::create),
                new ApiOperation("getDocument", HttpMethod.GET, document, READ, this::get),
                new ApiOperation("getSnapshot", HttpMethod.GET, document + "/snapshot", READ, this::snapshot),
                new ApiOperation("getChanges", HttpMethod.GET, document + "/changes", READ, this::changes),
                new ApiOperation("editDocument", HttpMethod.POST, document + "/edits", WRITE, this::edit),
                new ApiOperation("exportDocument", HttpMethod.GET, document + "/export", READ, this::export),
                new ApiOperation("importDocument", HttpMethod.POST, document + "/import", WRITE, this::importChanges),
                new ApiOperation("getPresence", HttpMethod.GET, document + "/presence", READ, this::presence),
                new ApiOperation("listVersions", HttpMethod.GET, document + "/versions", READ, this::versions),
                new ApiOperation("getVersion", HttpMethod.GET, document + "/versions/{version}", READ, this::version),
                new ApiOperation("restoreVersion", HttpMethod.POST, document + "/restore", WRITE, this::restore));
    }

    private Future<ApiAnswer> create(ApiCall call) {
        return documents
                .open(call.documentId())
                .map(open -> new Opened(open, 200))
                .recover(cause -> cause instanceof DocumentNotFoundException
                        ? documents.openOrCreate(call.newDocumentId()).map(open -> new Opened(open, 201))
                        : Future.failedFuture(cause))
                .compose(opened -> opened.document
                        .read(Document::versionVector)
                        .map(version -> ApiAnswer.json(opened.status, head(call.documentId(), version)))
                        .eventually(opened.document::close));
    }

    private record Opened(OpenDocument document, int status) {}

    private static JsonObject head(String id, VersionVector version) {
        return new JsonObject().put("id", id).put("version", ApiCall.encodeVersion(version));
    }

    private <T> Future<T> read(ApiCall call, Function<Document, T> action) {
        return cache.use(call.documentId(), open -> open.read(action));
    }

    private Future<ApiAnswer> get(ApiCall call) {
        return read(call, document -> ApiAnswer.json(content(document, document.versionVector())));
    }

    private static JsonObject content(Document document, VersionVector version) {
        Map<String, Object> values = DocumentValues.of(document);
        return head(document.documentId(), version)
                .put("types", new JsonObject(Map.copyOf(document.handlerTypes())))
                .put("values", new JsonObject(values));
    }

    private Future<ApiAnswer> snapshot(ApiCall call) {
        return read(call, document -> {
            // Of a copy: the replica itself keeps its history.
            Document copy = DocumentHistory.at(document, document.versionVector());
            Snapshot snapshot = copy.takeSnapshot(false);
            return ApiAnswer.bytes(snapshot.encode(), ApiCall.encodeVersion(document.versionVector()));
        });
    }

    private Future<ApiAnswer> changes(ApiCall call) {
        VersionVector since = call.version("since");
        int limit = call.number("limit", 1_000, CHANGES_MAX);
        return read(call, document -> {
            DocumentHistory.requireKept(document, since);
            List<Change> newer = document.exportChangesNewerThan(since);
            JsonArray encoded = new JsonArray();
            VersionVector.Builder reached = since.toBuilder();
            for (Change change : newer.subList(0, Math.min(limit, newer.size()))) {
                encoded.add(Base64.getEncoder().encodeToString(change.encoded()));
                reached.update(change.id());
            }
            boolean isComplete = newer.size() <= limit;
            return ApiAnswer.json(head(document.documentId(), isComplete ? document.versionVector() : reached.build())
                    .put("changes", encoded)
                    .put("complete", isComplete));
        });
    }

    private Future<ApiAnswer> edit(ApiCall call) {
        JsonArray operations = EditOperations.check(call.body());
        return change(
                call, EDIT_SECONDS_MAX, open -> open.edit(document -> EditOperations.apply(document, operations)));
    }

    private Future<ApiAnswer> change(
            ApiCall call, int secondsMax, Function<OpenDocument, Future<VersionVector>> action) {
        return cache.use(call.documentId(), open -> action.apply(open).timeout(secondsMax, TimeUnit.SECONDS))
                .map(version -> ApiAnswer.json(head(call.documentId(), version)));
    }

    private Future<ApiAnswer> export(ApiCall call) {
        return read(call, document -> {
            DocumentHistory.requireKept(document, VersionVector.EMPTY);
            return ApiAnswer.bytes(document.binaryExport(), ApiCall.encodeVersion(document.versionVector()));
        });
    }

    private Future<ApiAnswer> importChanges(ApiCall call) {
        byte[] framed = call.bytes();
        String documentId = call.newDocumentId();
        // A long history takes seconds to decode, and nothing is created for one that is none.
        return call.context()
                .vertx()
                .executeBlocking(() -> FramedChanges.decode(framed))
                .compose(changes -> documents.openOrCreate(documentId).compose(open -> take(call, open, changes)));
    }

    private static Future<ApiAnswer> take(ApiCall call, OpenDocument open, List<Change> changes) {
        return open.importChanges(changes)
                .timeout(HISTORY_SECONDS_MAX, TimeUnit.SECONDS)
                .compose(count -> open.read(Document::versionVector)
                        .map(version ->
                                ApiAnswer.json(head(call.documentId(), version).put("imported", count))))
                .eventually(open::close);
    }

    private Future<ApiAnswer> presence(ApiCall call) {
        return cache.use(call.documentId(), OpenDocument::presence).map(states -> {
            JsonArray clients = new JsonArray();
            states.values()
                    .forEach(state -> clients.add(new JsonObject()
                            .put("session", state.clientId())
                            .put("state", new JsonObject(state.metadata()))));
            return ApiAnswer.json(new JsonObject().put("clients", clients));
        });
    }

    private Future<ApiAnswer> versions(ApiCall call) {
        int limit = call.number("limit", 100, VERSIONS_MAX);
        return read(
                call,
                document ->
                        ApiAnswer.json(new JsonObject().put("versions", DocumentHistory.versions(document, limit))));
    }

    private Future<ApiAnswer> version(ApiCall call) {
        VersionVector version = ApiCall.decodeVersion(call.path("version"));
        return read(call, document -> ApiAnswer.json(content(DocumentHistory.at(document, version), version)));
    }

    private Future<ApiAnswer> restore(ApiCall call) {
        if (!(call.body().getValue("version") instanceof String text)) {
            throw ApiProblem.badRequest("version is missing");
        }
        VersionVector version = ApiCall.decodeVersion(text);
        return change(
                call,
                HISTORY_SECONDS_MAX,
                open -> open.edit(document -> Restoration.apply(document, DocumentHistory.at(document, version))));
    }
}
