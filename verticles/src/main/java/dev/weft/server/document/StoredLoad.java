package dev.weft.server.document;

import dev.weft.crdt.history.HistoryBlock;
import dev.weft.server.document.DocumentLoader.Opening;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.PackedEntries;
import dev.weft.server.storage.StoredDocument;
import dev.weft.server.storage.StoredEntry;
import dev.weft.server.storage.StoredRun;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Brings a document from the store into memory, all at once or most of it ahead: whoever is about to be handed a document
 * reads it while its owner still writes, and later only what was written since. Confined to one context.
 */
public final class StoredLoad {
    /** What it needs done, and tells. */
    public interface Surroundings {
        /** Work on a long history, on a thread that may block. */
        <T> Future<T> onWorker(Callable<T> work);

        /** The beginning of the log was replaced, or was to be. @param failure null if it worked */
        void compacted(long epoch, StoredCompaction compaction, Throwable failure);
    }

    /**
     * @param packedUpTo where the packed beginning of the log ends
     * @param entries that were read
     */
    public record Loaded(Hosted hosted, long packedUpTo, int entries) {}

    /** What is in memory already; {@code upTo} is the last position of it. */
    private record Ahead(Opening opening, long snapshotPosition, long upTo, long packedUpTo, int entries) {}

    private final DocumentStore store;
    private final DocumentLoader loader;
    private final Surroundings around;
    private Ahead ahead;

    public StoredLoad(DocumentStore store, DocumentLoader loader, Surroundings around) {
        this.store = store;
        this.loader = loader;
        this.around = around;
    }

    /** Reads what there is now. @param epoch of the owner, so that the store answers */
    public Future<Void> loadAhead(DocumentKey key, long epoch) {
        ahead = null;
        return store.load(key, epoch)
                .compose(stored -> open(key, epoch, stored))
                .onSuccess(opened -> ahead = opened)
                .mapEmpty();
    }

    /** Forgets what was loaded ahead. */
    public void forget() {
        ahead = null;
    }

    /** Reads what is missing; if that is everything, the log may be compacted first. */
    public Future<Loaded> load(DocumentKey key, long epoch) {
        Ahead known = ahead;
        ahead = null;
        return store.load(key, epoch)
                .compose(stored ->
                        isUsable(known, stored) ? append(key, epoch, stored, known) : openCompacted(key, epoch, stored))
                .compose(opened -> around.onWorker(() -> hosted(opened, epoch)));
    }

    private static Loaded hosted(Ahead opened, long epoch) {
        return new Loaded(opened.opening.host(epoch, opened.upTo), opened.packedUpTo, opened.entries);
    }

    /** Not if the log was compacted since, or has become so long that the owner may have packed more of it. */
    private static boolean isUsable(Ahead known, StoredDocument stored) {
        return known != null
                && known.snapshotPosition == stored.info().snapshotPosition()
                && known.upTo <= stored.info().lastPosition()
                && stored.info().lastPosition() - known.packedUpTo
                        < HistoryBlock.COUNT_MAX + HistoryPacker.ENTRIES_KEPT;
    }

    private Future<Ahead> openCompacted(DocumentKey key, long epoch, StoredDocument stored) {
        return runs(key, epoch, stored).compose(runs -> around.onWorker(() -> loader.compaction(stored, runs))
                .compose(found -> found.isEmpty()
                        ? open(key, stored, runs)
                        : compact(key, epoch, found.get())
                                // Done, not done or unknown: what the store gives now is what counts.
                                .transform(done -> store.load(key, epoch))
                                .compose(now -> open(key, epoch, now))));
    }

    private Future<Void> compact(DocumentKey key, long epoch, StoredCompaction compaction) {
        return store.compact(key, epoch, compaction.snapshot(), compaction.upToPosition())
                .onComplete(done -> around.compacted(epoch, compaction, done.cause()));
    }

    private Future<Ahead> open(DocumentKey key, long epoch, StoredDocument stored) {
        return runs(key, epoch, stored).compose(runs -> open(key, stored, runs));
    }

    private Future<List<StoredRun>> runs(DocumentKey key, long epoch, StoredDocument stored) {
        List<StoredRun> runs = new ArrayList<>();
        return store.readAllRuns(key, epoch, stored.info().snapshotPosition(), runs::addAll)
                .map(runs);
    }

    private Future<Ahead> open(DocumentKey key, StoredDocument stored, List<StoredRun> runs) {
        return around.onWorker(() -> new Ahead(
                loader.open(key, stored.snapshot(), runs),
                stored.info().snapshotPosition(),
                endOf(runs, stored.info().lastPosition()),
                packedUpTo(runs),
                runs.stream().mapToInt(StoredRun::count).sum()));
    }

    private Future<Ahead> append(DocumentKey key, long epoch, StoredDocument stored, Ahead known) {
        List<StoredEntry> entries = new ArrayList<>();
        return store.readAll(key, epoch, known.upTo, entries::addAll)
                .compose(read -> around.onWorker(() -> {
                    known.opening.append(entries);
                    return new Ahead(
                            known.opening,
                            known.snapshotPosition,
                            endOf(entries, stored.info().lastPosition()),
                            known.packedUpTo,
                            known.entries + entries.size());
                }));
    }

    /** Entries that were written between the two reads are among the runs. */
    private static long endOf(List<? extends StoredRun> runs, long otherwise) {
        return runs.isEmpty()
                ? otherwise
                : Math.max(otherwise, runs.get(runs.size() - 1).lastPosition());
    }

    private static long packedUpTo(List<StoredRun> runs) {
        long position = runs.isEmpty() ? 0 : runs.get(0).firstPosition() - 1;
        for (StoredRun run : runs) {
            if (!(run instanceof PackedEntries)) {
                return position;
            }
            position = run.lastPosition();
        }
        return position;
    }
}
