package dev.weft.server.http;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.embed.DocumentValues;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The past of a document. A version is named by its vector, which stays true when changes of the same time arrive late. */
final class DocumentHistory {
    /** A pause of an author that begins another version. */
    private static final long PAUSE_MILLIS = 60_000;

    private DocumentHistory() {}

    /** The newest versions, newest first: each what one author did without a longer pause. */
    static JsonArray versions(Document document, int limit) {
        List<Change> changes = new ArrayList<>(document.exportChanges());
        changes.sort(Change.REPLAY_ORDER);
        List<JsonObject> versions = new ArrayList<>();
        VersionVector.Builder vector = startOf(document).toBuilder();
        int first = 0;
        for (int i = 0; i < changes.size(); i++) {
            vector.update(changes.get(i).id());
            boolean isLast = i + 1 == changes.size() || isBoundary(changes.get(i), changes.get(i + 1));
            if (isLast) {
                versions.add(version(changes, first, i, vector));
                first = i + 1;
                if (versions.size() > 2 * limit) {
                    versions.subList(0, limit).clear();
                }
            }
        }
        JsonArray newestFirst = new JsonArray();
        for (int i = versions.size() - 1; i >= Math.max(0, versions.size() - limit); i--) {
            newestFirst.add(versions.get(i));
        }
        return newestFirst;
    }

    private static VersionVector startOf(Document document) {
        return document.lastSnapshot() == null
                ? VersionVector.EMPTY
                : document.lastSnapshot().versionVector();
    }

    private static boolean isBoundary(Change change, Change next) {
        PeerId author = change.author();
        return !author.equals(next.author()) || millis(next) - millis(change) >= PAUSE_MILLIS;
    }

    private static long millis(Change change) {
        return new HybridTimestamp(change.clock()).millis();
    }

    private static JsonObject version(List<Change> changes, int first, int last, VersionVector.Builder vector) {
        return new JsonObject()
                .put("version", ApiCall.encodeVersion(vector.build()))
                .put("author", changes.get(last).author().toString())
                .put("from", Instant.ofEpochMilli(millis(changes.get(first))).toString())
                .put("to", Instant.ofEpochMilli(millis(changes.get(last))).toString())
                .put("changes", last - first + 1);
    }

    /** @throws ApiProblem if what came after the version is not all there any more, only its result */
    static void requireKept(Document document, VersionVector version) {
        if (!version.dominates(startOf(document))) {
            throw new ApiProblem(410, "gone", "That part of the history was compressed; the snapshot holds its result");
        }
    }

    /**
     * A replica of the document as it was.
     *
     * @throws ApiProblem if it has not got there, or if that part of the past was compressed
     */
    static Document at(Document document, VersionVector version) {
        if (!document.versionVector().dominates(version)) {
            throw ApiProblem.notFound("The document has no such version");
        }
        requireKept(document, version);
        Document past = new Document(DocumentOptions.builder()
                .documentId(document.documentId())
                .peerId(document.peerId())
                .build());
        if (document.lastSnapshot() != null) {
            past.importSnapshot(document.lastSnapshot(), true);
        }
        List<Change> changes = new ArrayList<>();
        for (Change change : document.exportChanges()) {
            if (version.covers(change.author(), change.clock())) {
                changes.add(change);
            }
        }
        past.importChanges(changes);
        DocumentValues.handlers(past);
        return past;
    }
}
