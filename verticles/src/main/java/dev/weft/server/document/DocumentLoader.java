package dev.weft.server.document;

import dev.weft.server.document.host.Hosted;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.storage.StoredDocument;
import dev.weft.server.storage.StoredRun;
import java.util.List;
import java.util.Optional;

/** Builds a hosted document from what the store has of it. Called on worker threads, since long histories take time. */
public interface DocumentLoader {
    /**
     * Takes in what the store has.
     *
     * @param snapshot the stored snapshot, if any
     * @param runs the log after the snapshot
     */
    Opening open(DocumentKey key, Optional<byte[]> snapshot, List<? extends StoredRun> runs);

    /** What is to be stored, and read again, before the document is loaded; mostly nothing. */
    default Optional<StoredCompaction> compaction(StoredDocument stored, List<? extends StoredRun> runs) {
        return Optional.empty();
    }

    /** One loader for each kind of document. */
    static DocumentLoader byKind(DocumentLoader aware, DocumentLoader relay) {
        return new DocumentLoader() {
            private DocumentLoader of(DocumentKey key) {
                return key.kind() == DocumentKind.AWARE ? aware : relay;
            }

            @Override
            public Opening open(DocumentKey key, Optional<byte[]> snapshot, List<? extends StoredRun> runs) {
                return of(key).open(key, snapshot, runs);
            }

            @Override
            public Optional<StoredCompaction> compaction(StoredDocument stored, List<? extends StoredRun> runs) {
                return of(stored.info().key()).compaction(stored, runs);
            }
        };
    }

    /** A document that is in memory, but belongs to no ownership yet. Used by one thread at a time. */
    interface Opening {
        /** Takes in what the log has got since. @param runs which follow those before without a gap */
        void append(List<? extends StoredRun> runs);

        /**
         * The document, to be served; called once and last.
         *
         * @param lastPosition the last position ever used in the log
         */
        Hosted host(long epoch, long lastPosition);
    }
}
