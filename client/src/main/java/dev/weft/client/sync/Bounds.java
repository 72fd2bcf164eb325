package dev.weft.client.sync;

/**
 * What a session keeps and sends at most. Nothing is lost at a bound: the document itself holds what was not sent, and
 * what was not kept is asked for again.
 *
 * @param frameBytesMax of an upload, before compression; the reference cannot pass on more than 1 MiB
 * @param pushChangesMax blobs in one push of a relay client; one relay in the wild stores no more than 128 at once
 * @param earlyMessagesMax messages kept that came before the answer to the handshake
 * @param outboxChangesMax changes queued while the socket takes no more
 * @param waitingChangesMax received changes kept that wait for a dependency
 * @param recentIdsMax changes remembered as just sent or received
 * @param snapshotBytesMax of a snapshot upload, before compression
 */
public record Bounds(
        int frameBytesMax,
        int pushChangesMax,
        int earlyMessagesMax,
        int outboxChangesMax,
        int waitingChangesMax,
        int recentIdsMax,
        int snapshotBytesMax) {
    // A little below 1 MiB: the limit counts the whole message, and a gzip of random bytes grows by a few.
    public static final Bounds DEFAULT =
            new Bounds((1 << 20) - 4096, 100, 1000, 100_000, 100_000, 100_000, (8 << 20) - 4096);

    public Bounds {
        if (frameBytesMax < 1024
                || pushChangesMax < 1
                || earlyMessagesMax < 1
                || outboxChangesMax < 1
                || waitingChangesMax < 1
                || recentIdsMax < 1
                || snapshotBytesMax < 1024) {
            throw new IllegalArgumentException("Every bound must leave room for work");
        }
    }

    public Bounds withFrameBytesMax(int bytes) {
        return new Bounds(
                bytes,
                pushChangesMax,
                earlyMessagesMax,
                outboxChangesMax,
                waitingChangesMax,
                recentIdsMax,
                snapshotBytesMax);
    }

    public Bounds withOutboxChangesMax(int changes) {
        return new Bounds(
                frameBytesMax,
                pushChangesMax,
                earlyMessagesMax,
                changes,
                waitingChangesMax,
                recentIdsMax,
                snapshotBytesMax);
    }

    public Bounds withEarlyMessagesMax(int messages) {
        return new Bounds(
                frameBytesMax,
                pushChangesMax,
                messages,
                outboxChangesMax,
                waitingChangesMax,
                recentIdsMax,
                snapshotBytesMax);
    }

    public Bounds withSnapshotBytesMax(int bytes) {
        return new Bounds(
                frameBytesMax,
                pushChangesMax,
                earlyMessagesMax,
                outboxChangesMax,
                waitingChangesMax,
                recentIdsMax,
                bytes);
    }
}
