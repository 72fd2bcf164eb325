package dev.weft.server.document;

import dev.weft.server.document.host.Hosted;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.StoredRun;
import java.util.List;
import java.util.Optional;

/** Builds a hosted document from what the store has of it. Called on a worker thread, since long histories take time. */
@FunctionalInterface
public interface DocumentLoader {
    /**
     * @param snapshot the stored snapshot, if any
     * @param runs the log after the snapshot
     * @param lastPosition the last position ever used in the log
     */
    Hosted load(
            DocumentKey key, long epoch, Optional<byte[]> snapshot, List<? extends StoredRun> runs, long lastPosition);
}
