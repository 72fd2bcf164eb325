package dev.weft.server.storage;

import dev.weft.server.registry.DocumentKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** One document on the heap; also the shortest statement of what the contract means. Guarded by the store. */
final class InMemoryLog {
    private final DocumentKey key;
    private final NavigableMap<Long, byte[]> entries = new TreeMap<>();
    private boolean exists;
    private long epoch;
    private long lastPosition;
    private long entryBytes;
    private byte[] snapshot;
    private long snapshotPosition;

    InMemoryLog(DocumentKey key) {
        this.key = key;
    }

    DocumentKey key() {
        return key;
    }

    /** False for what remains of a deleted document. */
    boolean exists() {
        return exists;
    }

    DocumentInfo info() {
        return new DocumentInfo(
                key,
                epoch,
                lastPosition,
                snapshotPosition,
                entries.size(),
                entryBytes,
                snapshot == null ? 0 : snapshot.length);
    }

    /** @param atLeast the new epoch is not lower, however few there were */
    long claim(long atLeast) {
        exists = true;
        epoch = Math.max(epoch + 1, atLeast);
        return epoch;
    }

    void fence(long callerEpoch) {
        if (callerEpoch != epoch) {
            throw new StaleEpochException(key, callerEpoch, epoch);
        }
    }

    StoredDocument load() {
        return new StoredDocument(info(), Optional.ofNullable(snapshot));
    }

    EntryPage read(long afterPosition, int bytesMax) {
        var page = new ArrayList<StoredEntry>();
        long bytes = 0;
        for (var entry : entries.tailMap(afterPosition, false).entrySet()) {
            if (bytes >= bytesMax) {
                return new EntryPage(page, true);
            }
            page.add(new StoredEntry(entry.getKey(), entry.getValue()));
            bytes += entry.getValue().length + StoreLimits.ENTRY_OVERHEAD_BYTES;
        }
        return new EntryPage(page, false);
    }

    void append(long firstPosition, List<byte[]> blobs) {
        for (int i = 0; i < blobs.size(); i++) {
            requireNewOrRepeated(firstPosition + i, blobs.get(i));
        }
        for (int i = 0; i < blobs.size(); i++) {
            long position = firstPosition + i;
            if (position > lastPosition) {
                entries.put(position, blobs.get(i));
                entryBytes += blobs.get(i).length;
                lastPosition = position;
            }
        }
    }

    private void requireNewOrRepeated(long position, byte[] blob) {
        if (position > lastPosition) {
            return;
        }
        if (!Arrays.equals(entries.get(position), blob)) {
            throw new PositionConflictException(
                    key, "position " + position + " is not free, the last is " + lastPosition);
        }
    }

    void compact(byte[] newSnapshot, long upToPosition) {
        if (upToPosition < snapshotPosition || upToPosition > lastPosition) {
            throw new PositionConflictException(
                    key,
                    "a snapshot up to " + upToPosition + " is outside " + snapshotPosition + " to " + lastPosition);
        }
        snapshot = newSnapshot;
        snapshotPosition = upToPosition;
        var covered = entries.headMap(upToPosition, true);
        covered.values().forEach(blob -> entryBytes -= blob.length);
        covered.clear();
    }

    void delete() {
        exists = false;
        entries.clear();
        entryBytes = 0;
        snapshot = null;
        snapshotPosition = 0;
    }
}
