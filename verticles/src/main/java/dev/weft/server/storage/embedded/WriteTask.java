package dev.weft.server.storage.embedded;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentNotFoundException;
import dev.weft.server.storage.PackedEntries;
import dev.weft.server.storage.PositionConflictException;
import dev.weft.server.storage.StoreUnavailableException;
import java.util.Arrays;
import java.util.List;
import org.rocksdb.RocksDBException;

/** One write that waits for the writer thread. Checks first, then writes: a task that throws has left the commit alone. */
abstract class WriteTask<T> extends Task<T> {
    /** Whether a task found its place in a commit. */
    enum Outcome {
        /** It has; it is done when the commit is durable. */
        APPLIED,
        /** It must see in the files what the commit still holds; it goes into the next one. */
        DEFERRED
    }

    private T result;

    WriteTask(DocumentKey key, long chargedBytes) {
        super(key, chargedBytes);
    }

    /** Throws a {@code StoreException} if this task, and only this task, is refused. */
    abstract Outcome apply(Commit commit) throws RocksDBException;

    final void resultWhenDurable(T value) {
        result = value;
    }

    final void succeed() {
        succeed(result);
    }

    final DocumentRecord fenced(Commit commit, long epoch) throws RocksDBException {
        var record = commit.record(key());
        Task.fence(key(), record, epoch);
        if (!record.exists()) {
            throw new DocumentNotFoundException(key());
        }
        return record;
    }

    static final class Claim extends WriteTask<Long> {
        private final boolean create;
        private final long leastEpoch;

        Claim(DocumentKey key, boolean create, long leastEpoch, long chargedBytes) {
            super(key, chargedBytes);
            this.create = create;
            this.leastEpoch = leastEpoch;
        }

        @Override
        Outcome apply(Commit commit) throws RocksDBException {
            var record = commit.record(key());
            if (record == null || !record.exists()) {
                if (!create) {
                    throw new DocumentNotFoundException(key());
                }
                long number = commit.newNumber();
                record = record == null ? DocumentRecord.created(number) : record.createdAgain(number);
            }
            var claimed = record.claimed(leastEpoch);
            commit.put(key(), claimed);
            resultWhenDurable(claimed.epoch());
            return Outcome.APPLIED;
        }
    }

    static final class Append extends WriteTask<Void> {
        private final long epoch;
        private final long firstPosition;
        private final List<byte[]> blobs;

        Append(DocumentKey key, long epoch, long firstPosition, List<byte[]> blobs, long chargedBytes) {
            super(key, chargedBytes);
            this.epoch = epoch;
            this.firstPosition = firstPosition;
            this.blobs = blobs;
        }

        @Override
        Outcome apply(Commit commit) throws RocksDBException {
            var record = fenced(commit, epoch);
            if (blobs.isEmpty()) {
                return Outcome.APPLIED;
            }
            if (firstPosition <= record.lastPosition()) {
                if (commit.touches(key())) {
                    return Outcome.DEFERRED;
                }
                requireRepeated(commit, record);
            }
            long lastPosition = firstPosition + blobs.size() - 1;
            if (lastPosition <= record.lastPosition()) {
                return Outcome.APPLIED;
            }
            if (!commit.hasRoomToGrow()) {
                throw new StoreUnavailableException("the disk is nearly full", null);
            }
            var totals = record.total();
            for (int i = 0; i < blobs.size(); i++) {
                if (firstPosition + i > record.lastPosition()) {
                    totals = totals.plus(blobs.get(i));
                    commit.putEntry(record.number(), firstPosition + i, totals, blobs.get(i));
                }
            }
            commit.put(key(), record.appended(lastPosition, totals));
            return Outcome.APPLIED;
        }

        private void requireRepeated(Commit commit, DocumentRecord record) throws RocksDBException {
            for (int i = 0; i < blobs.size() && firstPosition + i <= record.lastPosition(); i++) {
                long position = firstPosition + i;
                if (!Arrays.equals(commit.storedBlob(key(), record.number(), position), blobs.get(i))) {
                    throw new PositionConflictException(
                            key(), "position " + position + " is not free, the last is " + record.lastPosition());
                }
            }
        }
    }

    static final class Compact extends WriteTask<Void> {
        private final long epoch;
        private final byte[] snapshot;
        private final long upToPosition;

        Compact(DocumentKey key, long epoch, byte[] snapshot, long upToPosition, long chargedBytes) {
            super(key, chargedBytes);
            this.epoch = epoch;
            this.snapshot = snapshot;
            this.upToPosition = upToPosition;
        }

        @Override
        Outcome apply(Commit commit) throws RocksDBException {
            var record = fenced(commit, epoch);
            if (upToPosition < record.snapshotPosition() || upToPosition > record.lastPosition()) {
                throw new PositionConflictException(
                        key(),
                        "a snapshot up to " + upToPosition + " is outside " + record.snapshotPosition() + " to "
                                + record.lastPosition());
            }
            if (commit.touches(key())) {
                return Outcome.DEFERRED;
            }
            var block = commit.storedBlock(key(), record.number(), upToPosition);
            var found = block != null
                    ? cut(commit, record, block)
                    : commit.storedTotals(key(), record.number(), upToPosition);
            var dropped = found.count() > record.dropped().count() ? found : record.dropped();
            if (dropped.count() > record.dropped().count()) {
                commit.dropEntries(
                        record.number(),
                        record.snapshotPosition() + 1,
                        upToPosition,
                        dropped.bytes() - record.dropped().bytes());
            }
            commit.putSnapshot(record.number(), snapshot, record.snapshotBytes());
            commit.put(key(), record.compacted(dropped, upToPosition, snapshot.length));
            return Outcome.APPLIED;
        }

        /** Puts back one by one what a block has behind the snapshot. @return the totals up to the snapshot */
        private EntryTotals cut(Commit commit, DocumentRecord record, Commit.Block block) throws RocksDBException {
            var entries = Commit.unpacked(key(), block.entries());
            var totals = block.totals();
            for (int i = entries.size() - 1; i >= 0 && entries.get(i).position() > upToPosition; i--) {
                var entry = entries.get(i);
                commit.putEntry(record.number(), entry.position(), totals, entry.blob());
                totals = totals.minus(entry.blob());
            }
            return totals;
        }
    }

    static final class Pack extends WriteTask<Void> {
        private final long epoch;
        private final PackedEntries entries;

        Pack(DocumentKey key, long epoch, PackedEntries entries, long chargedBytes) {
            super(key, chargedBytes);
            this.epoch = epoch;
            this.entries = entries;
        }

        @Override
        Outcome apply(Commit commit) throws RocksDBException {
            var record = fenced(commit, epoch);
            if (commit.touches(key())) {
                return Outcome.DEFERRED;
            }
            var last = commit.storedValue(key(), record.number(), entries.lastPosition());
            if (last != null && last.packed() == entries.count()) {
                return Outcome.APPLIED;
            }
            var first = commit.storedValue(key(), record.number(), entries.firstPosition());
            // As many values as positions from the first to the last, so each position has its own.
            boolean complete = first != null
                    && last != null
                    && first.packed() == 0
                    && last.packed() == 0
                    && commit.storedValues(record.number(), entries.firstPosition(), entries.lastPosition())
                            == entries.count();
            if (!complete) {
                throw new PositionConflictException(
                        key(),
                        "not all entries from " + entries.firstPosition() + " to " + entries.lastPosition()
                                + " are there to be packed");
            }
            long bytes = last.totals().bytes() - first.totals().bytes() + first.blob().length;
            commit.dropEntries(record.number(), entries.firstPosition(), entries.lastPosition(), bytes);
            commit.putPacked(record.number(), last.totals(), entries);
            return Outcome.APPLIED;
        }
    }

    static final class Delete extends WriteTask<Void> {
        private final long epoch;

        Delete(DocumentKey key, long epoch, long chargedBytes) {
            super(key, chargedBytes);
            this.epoch = epoch;
        }

        @Override
        Outcome apply(Commit commit) throws RocksDBException {
            var record = commit.record(key());
            Task.fence(key(), record, epoch);
            if (record.exists()) {
                commit.dropEntries(
                        record.number(),
                        0,
                        record.lastPosition(),
                        record.total().bytes() - record.dropped().bytes());
                commit.dropSnapshot(record.number(), record.snapshotBytes());
                commit.put(key(), record.deleted());
            }
            return Outcome.APPLIED;
        }
    }
}
