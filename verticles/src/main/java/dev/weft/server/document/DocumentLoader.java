package dev.weft.server.document;

import dev.weft.server.document.host.Hosted;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.storage.StoredDocument;
import dev.weft.server.storage.StoredRun;
import java.util.List;
import java.util.Optional;

/** Builds a hosted document from what the store has of it. Called on a worker thread, since long histories take time. */
public interface DocumentLoader {
    /**
     * @param snapshot the stored snapshot, if any
     * @param runs the log after the snapshot
     * @param lastPosition the last position ever used in the log
     */
    Hosted load(
            DocumentKey key, long epoch, Optional<byte[]> snapshot, List<? extends StoredRun> runs, long lastPosition);

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
            public Hosted load(
                    DocumentKey key,
                    long epoch,
                    Optional<byte[]> snapshot,
                    List<? extends StoredRun> runs,
                    long lastPosition) {
                return of(key).load(key, epoch, snapshot, runs, lastPosition);
            }

            @Override
            public Optional<StoredCompaction> compaction(StoredDocument stored, List<? extends StoredRun> runs) {
                return of(stored.info().key()).compaction(stored, runs);
            }
        };
    }
}
