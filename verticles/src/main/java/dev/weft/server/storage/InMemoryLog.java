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
    /** By last position. */
    private final NavigableMap<Long, StoredRun> runs = new TreeMap<>();

    private boolean exists;
    private long epoch;
    private long lastPosition;
    private long entryCount;
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
                entryCount,
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

    RunPage read(long afterPosition, int bytesMax) {
        var page = new ArrayList<StoredRun>();
        long bytes = 0;
        for (var run : runs.tailMap(afterPosition, false).values()) {
            if (bytes >= bytesMax) {
                return new RunPage(page, true);
            }
            page.add(run);
            int stored =
                    run instanceof PackedEntries packed ? packed.block().length : ((StoredEntry) run).blob().length;
            bytes += stored + StoreLimits.ENTRY_OVERHEAD_BYTES;
        }
        return new RunPage(page, false);
    }

    void append(long firstPosition, List<byte[]> blobs) {
        for (int i = 0; i < blobs.size(); i++) {
            requireNewOrRepeated(firstPosition + i, blobs.get(i));
        }
        for (int i = 0; i < blobs.size(); i++) {
            long position = firstPosition + i;
            if (position > lastPosition) {
                runs.put(position, new StoredEntry(position, blobs.get(i)));
                entryCount++;
                entryBytes += blobs.get(i).length;
                lastPosition = position;
            }
        }
    }

    private void requireNewOrRepeated(long position, byte[] blob) {
        if (position > lastPosition) {
            return;
        }
        if (!Arrays.equals(stored(position), blob)) {
            throw new PositionConflictException(
                    key, "position " + position + " is not free, the last is " + lastPosition);
        }
    }

    /** Null if there is none. */
    private byte[] stored(long position) {
        var at = runs.ceilingEntry(position);
        if (at == null || at.getValue().firstPosition() > position) {
            return null;
        }
        return at.getValue()
                .entries()
                .get((int) (position - at.getValue().firstPosition()))
                .blob();
    }

    void pack(PackedEntries entries) {
        var there = runs.subMap(entries.firstPosition(), true, entries.lastPosition(), true);
        var last = there.get(entries.lastPosition());
        if (last instanceof PackedEntries packed && packed.count() == entries.count()) {
            return;
        }
        boolean complete =
                there.size() == entries.count() && there.values().stream().allMatch(StoredEntry.class::isInstance);
        if (!complete) {
            throw new PositionConflictException(
                    key,
                    "not all entries from " + entries.firstPosition() + " to " + entries.lastPosition()
                            + " are there to be packed");
        }
        there.clear();
        runs.put(entries.lastPosition(), entries);
    }

    void compact(byte[] newSnapshot, long upToPosition) {
        if (upToPosition < snapshotPosition || upToPosition > lastPosition) {
            throw new PositionConflictException(
                    key,
                    "a snapshot up to " + upToPosition + " is outside " + snapshotPosition + " to " + lastPosition);
        }
        snapshot = newSnapshot;
        snapshotPosition = upToPosition;
        var next = runs.ceilingEntry(upToPosition + 1);
        if (next != null && next.getValue().firstPosition() <= upToPosition) {
            // The snapshot ends inside a block.
            runs.remove(next.getKey());
            next.getValue().entries().forEach(entry -> runs.put(entry.position(), entry));
        }
        var covered = runs.headMap(upToPosition, true);
        covered.values().stream().flatMap(run -> run.entries().stream()).forEach(entry -> {
            entryCount--;
            entryBytes -= entry.blob().length;
        });
        covered.clear();
    }

    void delete() {
        exists = false;
        runs.clear();
        entryCount = 0;
        entryBytes = 0;
        snapshot = null;
        snapshotPosition = 0;
    }
}
