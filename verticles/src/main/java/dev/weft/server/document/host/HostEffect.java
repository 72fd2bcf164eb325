package dev.weft.server.document.host;

import dev.weft.server.bus.LinkMessage;
import dev.weft.server.limits.Limit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What a hosted document wants done. Performed in order; the document itself does nothing. */
public sealed interface HostEffect {
    /**
     * Make these blobs durable at the positions from {@code firstPosition} on, and tell the document with {@link
     * Hosted#persisted} or {@link Hosted#persistFailed}. At most one is under way for a document.
     */
    record Persist(long firstPosition, List<byte[]> blobs) implements HostEffect {
        public Persist {
            blobs = List.copyOf(blobs);
        }

        public long lastPosition() {
            return firstPosition + blobs.size() - 1;
        }
    }

    /**
     * Replace the stored log up to a position by a snapshot, and tell the document with {@link Hosted#compacted}.
     *
     * @param sessionId who made the snapshot; null if the owner did
     */
    record Compact(byte[] snapshot, long upToPosition, String sessionId) implements HostEffect {}

    /** These entries, the last at this position, are durable; a notice, on which nothing depends. */
    record Durable(long lastPosition, List<LinkMessage.Entry> entries) implements HostEffect {
        public Durable {
            entries = List.copyOf(entries);
        }

        /** Goes through what each session made, as far as it stands together. */
        public void byAuthor(Authored action) {
            long before = lastPosition - entries.size();
            int next = 0;
            while (next < entries.size()) {
                String author = entries.get(next).origin();
                List<byte[]> changes = new ArrayList<>();
                while (next < entries.size() && Objects.equals(entries.get(next).origin(), author)) {
                    changes.add(entries.get(next++).blob());
                }
                action.made(author, before + next, changes);
            }
        }

        /** @see #byAuthor */
        @FunctionalInterface
        public interface Authored {
            /** @param sessionId null if nobody knows. @param lastPosition that of the last of these changes */
            void made(String sessionId, long lastPosition, List<byte[]> changes);
        }
    }

    record Send(LinkMessage message) implements HostEffect {}

    /**
     * The store has seen a higher epoch. The document writes nothing more; whoever hosts it decides whether it goes on
     * with {@link Hosted#detach} or ends with {@link Hosted#dismiss}.
     */
    record Fenced() implements HostEffect {}

    /** Somebody met a limit; to be counted. */
    record Reached(Limit limit) implements HostEffect {}

    /** A notice for logs, metrics and server events; nothing depends on it. */
    record Report(String what) implements HostEffect {}
}
