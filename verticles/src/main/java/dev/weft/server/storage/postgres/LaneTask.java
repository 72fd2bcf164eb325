package dev.weft.server.storage.postgres;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.PackedEntries;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.function.Supplier;

/** Something a caller waits for in a lane. Settled exactly once, on the context of the lane. */
abstract class LaneTask<T> {
    private final DocumentKey key;
    private final long chargedBytes;
    private final Promise<T> promise = Promise.promise();

    private LaneTask(DocumentKey key, long chargedBytes) {
        this.key = key;
        this.chargedBytes = chargedBytes;
    }

    final DocumentKey key() {
        return key;
    }

    /** What the task holds of the queue's bound until it is settled. */
    final long chargedBytes() {
        return chargedBytes;
    }

    final Future<T> future() {
        return promise.future();
    }

    final boolean isSettled() {
        return promise.future().isComplete();
    }

    final void succeed(T result) {
        promise.complete(result);
    }

    final void fail(Throwable failure) {
        promise.fail(failure);
    }

    static final class Claim extends LaneTask<Long> {
        private final boolean create;

        Claim(DocumentKey key, boolean create, long chargedBytes) {
            super(key, chargedBytes);
            this.create = create;
        }

        boolean create() {
            return create;
        }
    }

    static final class Append extends LaneTask<Void> {
        private final long epoch;
        private final long firstPosition;
        private final List<byte[]> blobs;

        Append(DocumentKey key, long epoch, long firstPosition, List<byte[]> blobs, long chargedBytes) {
            super(key, chargedBytes);
            this.epoch = epoch;
            this.firstPosition = firstPosition;
            this.blobs = blobs;
        }

        long epoch() {
            return epoch;
        }

        long firstPosition() {
            return firstPosition;
        }

        long lastPosition() {
            return firstPosition + blobs.size() - 1;
        }

        List<byte[]> blobs() {
            return blobs;
        }
    }

    static final class Compact extends LaneTask<Void> {
        private final long epoch;
        private final byte[] snapshot;
        private final long upToPosition;

        Compact(DocumentKey key, long epoch, byte[] snapshot, long upToPosition, long chargedBytes) {
            super(key, chargedBytes);
            this.epoch = epoch;
            this.snapshot = snapshot;
            this.upToPosition = upToPosition;
        }

        long epoch() {
            return epoch;
        }

        byte[] snapshot() {
            return snapshot;
        }

        long upToPosition() {
            return upToPosition;
        }
    }

    static final class Pack extends LaneTask<Void> {
        private final long epoch;
        private final PackedEntries entries;

        Pack(DocumentKey key, long epoch, PackedEntries entries, long chargedBytes) {
            super(key, chargedBytes);
            this.epoch = epoch;
            this.entries = entries;
        }

        long epoch() {
            return epoch;
        }

        PackedEntries entries() {
            return entries;
        }
    }

    static final class Delete extends LaneTask<Void> {
        private final long epoch;

        Delete(DocumentKey key, long epoch, long chargedBytes) {
            super(key, chargedBytes);
            this.epoch = epoch;
        }

        long epoch() {
            return epoch;
        }
    }

    /** Begins when all writes before it are settled, and does not hold up those behind it. */
    static final class Read<T> extends LaneTask<T> {
        private final Supplier<Future<T>> question;

        Read(DocumentKey key, Supplier<Future<T>> question) {
            super(key, 0);
            this.question = question;
        }

        void begin() {
            question.get().onSuccess(this::succeed).onFailure(this::fail);
        }
    }
}
