package dev.weft.server.storage;

import dev.weft.server.registry.DocumentKey;

/**
 * The figures of a stored document.
 *
 * @param epoch the newest claimed
 * @param lastPosition the highest position ever used, 0 if none
 * @param snapshotPosition the position up to which the snapshot covers the log, 0 without a snapshot
 * @param entryCount entries behind the snapshot
 * @param entryBytes the sum of their blobs, before compression
 * @param snapshotBytes the size of the snapshot, before compression
 */
public record DocumentInfo(
        DocumentKey key,
        long epoch,
        long lastPosition,
        long snapshotPosition,
        long entryCount,
        long entryBytes,
        long snapshotBytes) {}
