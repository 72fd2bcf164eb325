package dev.weft.server.storage;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The durable memory of the cluster and the judge of ownership.
 *
 * <p>A document is a log of opaque blobs at positions (from 1, strictly rising, gaps upward allowed, never used twice)
 * plus at most one snapshot that covers all positions up to one of them. Each document carries an epoch; only the
 * holder of the newest one may write. Every write compares the epoch atomically with its effect, so an owner that was
 * replaced while it slept can do no harm when it wakes.
 *
 * <p>Errors are failed futures, never thrown. {@link StoreException#isRetrySafe()} tells whether the same call may be
 * made again; ids outside {@link StoreLimits} and impossible arguments fail with {@link IllegalArgumentException}.
 *
 * <p>Thread-safe. Blobs are neither copied nor changed: callers must not write to an array they have handed over or
 * received. A future completes on the Vert.x context of the caller if there is one, else on a thread of the store that
 * must not be blocked. Calls of one caller for one document take effect in the order in which they were made.
 */
public interface DocumentStore {
    /** Makes the store ready; fails with {@link StoreOpenException}, whose message is meant for an operator. */
    Future<Void> open();

    /** Finishes what was accepted, then lets go of all resources. Calls made later fail as unavailable. */
    Future<Void> close();

    /** Whether all nodes of a cluster reach the same documents through this store. */
    boolean isShared();

    /**
     * What positions count in, for clients that go on from one: the same for all nodes of a shared store, and another one
     * once content was brought back into an empty store from elsewhere, because positions may then mean something else.
     * Asked when the store is open. A store that is not shared is as good as new with every node.
     */
    default String logName() {
        return "";
    }

    StoreLimits limits();

    /** What is known about a document without loading it; empty if it does not exist. */
    Future<Optional<DocumentInfo>> find(DocumentKey key);

    /**
     * Takes the right to write: atomically raises the epoch by one and returns it. From then on every older epoch is
     * refused. After {@link OutcomeUnknownException} claim again; a skipped epoch does no harm.
     *
     * @param create whether to create the document if it does not exist; otherwise that is a
     *     {@link DocumentNotFoundException}
     */
    Future<Long> claim(DocumentKey key, boolean create);

    /** The snapshot and the figures; the entries behind the snapshot follow with {@link #read} or {@link #readAll}. */
    Future<StoredDocument> load(DocumentKey key, long epoch);

    /**
     * One page of entries after a position, in order. A page ends with the entry that reaches {@code bytesMax} (or the
     * store's own page bound), so it is never empty while there is more.
     */
    Future<EntryPage> read(DocumentKey key, long epoch, long afterPosition, int bytesMax);

    /**
     * As {@link #read}, but what is packed stays packed, and the first run may begin at or before {@code afterPosition}. A
     * page ends with the run that reaches {@code bytesMax}, counted as they are stored.
     */
    Future<RunPage> readRuns(DocumentKey key, long epoch, long afterPosition, int bytesMax);

    /** {@link #readRuns} page after page, as {@link #readAll}. */
    default Future<Void> readAllRuns(
            DocumentKey key, long epoch, long afterPosition, Consumer<List<StoredRun>> consumer) {
        return readRuns(key, epoch, afterPosition, limits().pageBytesMax()).compose(page -> {
            consumer.accept(page.runs());
            return page.hasMore()
                    ? readAllRuns(key, epoch, page.lastPosition(), consumer)
                    : Future.<Void>succeededFuture();
        });
    }

    /** Reads page after page and hands each to the consumer, on the caller's context; one page is in memory at a time. */
    default Future<Void> readAll(
            DocumentKey key, long epoch, long afterPosition, Consumer<List<StoredEntry>> consumer) {
        return read(key, epoch, afterPosition, limits().pageBytesMax()).compose(page -> {
            consumer.accept(page.entries());
            return page.hasMore() ? readAll(key, epoch, page.lastPosition(), consumer) : Future.<Void>succeededFuture();
        });
    }

    /**
     * Appends blobs at consecutive positions, all or none; completes when they are durable. Blobs that are already there,
     * at the same positions and with the same bytes, count as written: this makes a retry safe after
     * {@link OutcomeUnknownException}, also together with newer blobs. Anything else at or below the last position is a
     * {@link PositionConflictException}. An empty list writes nothing and only asks whether the epoch still stands.
     *
     * @throws StaleEpochException (as failure) if the epoch is not the newest one
     */
    Future<Void> append(DocumentKey key, long epoch, long firstPosition, List<byte[]> blobs);

    /**
     * Replaces the snapshot and drops the entries it covers, in one step. May be repeated.
     *
     * @param upToPosition at least the position of the snapshot before, at most the last position
     */
    Future<Void> compact(DocumentKey key, long epoch, byte[] snapshot, long upToPosition);

    /**
     * Keeps entries that are there already in fewer bytes, in one step. Positions, what {@link #read} gives and the figures
     * stay what they were. May be repeated.
     *
     * @param entries a block of just these entries; the caller has made sure that it unpacks to them
     * @throws PositionConflictException (as failure) if not all of the entries are there, each on its own
     */
    Future<Void> pack(DocumentKey key, long epoch, PackedEntries entries);

    /**
     * Removes all content and gives the space back. The epoch and the last position are remembered, some tens of bytes,
     * so that a document created again under this id continues both: neither an old owner nor an old client can
     * mistake the new document for the old one. May be repeated.
     */
    Future<Void> delete(DocumentKey key, long epoch);

    /**
     * Existing documents of a kind whose id starts with {@code prefix}, in the order of the code points of their ids.
     *
     * @param after list only ids behind this one; empty to begin
     * @param limit at most so many; fewer are returned only at the end
     */
    Future<List<DocumentInfo>> list(DocumentKind kind, String prefix, String after, int limit);
}
