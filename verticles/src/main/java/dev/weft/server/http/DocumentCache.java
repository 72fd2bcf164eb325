package dev.weft.server.http;

import dev.weft.server.embed.DocumentClosedException;
import dev.weft.server.embed.Documents;
import dev.weft.server.embed.OpenDocument;
import dev.weft.server.storage.DocumentNotFoundException;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Replicas of documents that were asked for lately, so that a program that polls does not have the history sent each time.
 * Confined to the context of its verticle.
 */
final class DocumentCache {
    /** Replicas beyond it are let go, the one unused for longest first, as soon as nobody uses it. */
    static final int OPEN_MAX = 64;

    private static final int IDLE_MILLIS_MAX = 30_000;

    private final Documents documents;
    private final LongSupplier nowMillis;
    private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    DocumentCache(Documents documents, LongSupplier nowMillis) {
        this.documents = documents;
        this.nowMillis = nowMillis;
    }

    /** Does something with a document that exists. Opened again once if it was lost meanwhile. */
    <T> Future<T> use(String documentId, Function<OpenDocument, Future<T>> action) {
        return useOnce(documentId, action).recover(cause -> {
            boolean wasLost = cause instanceof Lost;
            return wasLost ? useOnce(documentId, action) : Future.failedFuture(cause);
        });
    }

    private <T> Future<T> useOnce(String documentId, Function<OpenDocument, Future<T>> action) {
        Entry entry = entries.computeIfAbsent(documentId, id -> new Entry(documents.open(id)));
        entry.users++;
        return entry.document
                .compose(document -> document.isOpen() ? action.apply(document) : Future.failedFuture(new Lost()))
                .onComplete(done -> {
                    entry.users--;
                    entry.usedAtMillis = nowMillis.getAsLong();
                    if (done.failed() && isUnusable(entry, done.cause())) {
                        forget(documentId, entry);
                    }
                    trim();
                });
    }

    private static boolean isUnusable(Entry entry, Throwable cause) {
        return entry.document.failed()
                || cause instanceof Lost
                || cause instanceof DocumentNotFoundException
                || cause instanceof DocumentClosedException;
    }

    /** Lets go of what is kept of a document; who is using it goes on. */
    void forget(String documentId) {
        Entry entry = entries.get(documentId);
        if (entry != null) {
            forget(documentId, entry);
        }
    }

    void tick() {
        long now = nowMillis.getAsLong();
        Map.copyOf(entries).forEach((id, entry) -> {
            if (entry.users == 0 && now - entry.usedAtMillis >= IDLE_MILLIS_MAX) {
                forget(id, entry);
            }
        });
    }

    private void trim() {
        if (entries.size() <= OPEN_MAX) {
            return;
        }
        for (Map.Entry<String, Entry> each : List.copyOf(entries.entrySet())) {
            if (entries.size() > OPEN_MAX && each.getValue().users == 0) {
                forget(each.getKey(), each.getValue());
            }
        }
    }

    private void forget(String documentId, Entry entry) {
        entries.remove(documentId, entry);
        entry.document.onSuccess(OpenDocument::close);
    }

    private static final class Entry {
        final Future<OpenDocument> document;
        int users;
        long usedAtMillis;

        Entry(Future<OpenDocument> document) {
            this.document = document;
        }
    }

    /** A replica that was let go of by its owner's side, as after a deletion. */
    private static final class Lost extends RuntimeException {
        Lost() {
            super("The replica was lost", null, false, false);
        }
    }
}
