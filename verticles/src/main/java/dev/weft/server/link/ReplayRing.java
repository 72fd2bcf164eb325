package dev.weft.server.link;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * Submissions that were not acknowledged yet, in order, to be sent again to whoever owns the document next. Counts its
 * bytes; the link keeps them within bounds by pausing its clients. Not thread-safe.
 */
final class ReplayRing {
    private static final int ENTRY_OVERHEAD_BYTES = 128;

    private final ArrayDeque<Submission> submissions = new ArrayDeque<>();
    private long nextNumber = 1;
    private long bytes;

    Submission add(String sessionId, List<byte[]> blobs, long nowMillis) {
        Submission submission = new Submission(nextNumber++, sessionId, List.copyOf(blobs), nowMillis);
        submissions.addLast(submission);
        bytes += submission.bytes();
        return submission;
    }

    Submission oldest() {
        return submissions.peekFirst();
    }

    Submission newest() {
        return submissions.peekLast();
    }

    Submission removeOldest() {
        Submission oldest = submissions.removeFirst();
        bytes -= oldest.bytes();
        return oldest;
    }

    /** The number of the oldest submission held, or the next one to be given. */
    long firstNumber() {
        return submissions.isEmpty() ? nextNumber : submissions.peekFirst().number();
    }

    Collection<Submission> submissions() {
        return Collections.unmodifiableCollection(submissions);
    }

    boolean isEmpty() {
        return submissions.isEmpty();
    }

    long bytes() {
        return bytes;
    }

    record Submission(long number, String sessionId, List<byte[]> blobs, long sentAtMillis) {
        long bytes() {
            long sum = ENTRY_OVERHEAD_BYTES;
            for (byte[] blob : blobs) {
                sum += blob.length;
            }
            return sum;
        }
    }
}
