package dev.weft.server.document;

import dev.weft.crdt.history.HistoryBlock;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.PackedEntries;
import dev.weft.server.storage.StoredEntry;
import dev.weft.server.storage.StoredRun;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the store keep the older entries of one hosted document packed, a block at a time, while it is edited. The newest
 * entries stay as they are: they are the ones a retry may name again. Nothing depends on it; what fails is tried again after as
 * many edits. Confined to the document's context.
 */
final class HistoryPacker {
    /** How many entries stay unpacked however old they are. A whole block gathers before them and is packed then. */
    static final int ENTRIES_KEPT = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(HistoryPacker.class);

    private final Vertx vertx;
    private final DocumentKey key;
    private final long epoch;
    private final DocumentStore store;
    private final Sealer sealer;
    private long packedUpTo;
    private long lastPosition;
    private long dueAt;
    private boolean isBusy;

    /** Is told of what the store now keeps in a block, on the document's context. */
    @FunctionalInterface
    interface Sealer {
        void packed(long firstPosition, HistoryBlock block);
    }

    /** @param packedUpTo up to where the log was found packed */
    HistoryPacker(Vertx vertx, DocumentKey key, long epoch, DocumentStore store, Sealer sealer, long packedUpTo) {
        this.vertx = vertx;
        this.key = key;
        this.epoch = epoch;
        this.store = store;
        this.sealer = sealer;
        this.packedUpTo = packedUpTo;
    }

    /** Whether entries are being packed now. */
    boolean isBusy() {
        return isBusy;
    }

    /** Everything up to this position is durable. */
    void persisted(long position) {
        lastPosition = position;
        if (!isBusy && lastPosition >= dueAt && hasEnough()) {
            isBusy = true;
            packOn();
        }
    }

    private boolean hasEnough() {
        return lastPosition - packedUpTo >= HistoryBlock.COUNT_MAX + ENTRIES_KEPT;
    }

    private void packOn() {
        packNext().onComplete(done -> {
            if (done.failed()) {
                LOG.debug(
                        "{} epoch {}: not packed: {}", key, epoch, done.cause().toString());
                dueAt = lastPosition + HistoryBlock.COUNT_MAX;
                isBusy = false;
                return;
            }
            packedUpTo = done.result();
            if (hasEnough()) {
                vertx.runOnContext(run -> packOn());
            } else {
                isBusy = false;
            }
        });
    }

    /** @return up to where there is nothing left to pack */
    private Future<Long> packNext() {
        return store.readRuns(key, epoch, packedUpTo, store.limits().pageBytesMax())
                .compose(page -> {
                    if (page.runs().isEmpty()) {
                        return Future.succeededFuture(lastPosition);
                    }
                    List<StoredEntry> entries = beginning(page.runs());
                    if (entries.size() < 2) {
                        // Packed already, an entry too large for a block, or one before a gap: it stays as it is.
                        return Future.succeededFuture(page.runs().get(0).lastPosition());
                    }
                    return vertx.executeBlocking(() -> pack(entries), false)
                            .compose(packed -> store.pack(key, epoch, packed.entries())
                                    .map(stored -> {
                                        sealer.packed(packed.entries().firstPosition(), packed.block());
                                        return packed.entries().lastPosition();
                                    }));
                });
    }

    /** As many of the entries as follow each other without a gap and go into one block. */
    private static List<StoredEntry> beginning(List<StoredRun> runs) {
        List<StoredEntry> entries = new ArrayList<>();
        for (StoredRun run : runs) {
            boolean isNext = entries.isEmpty()
                    || run.firstPosition() == entries.get(entries.size() - 1).position() + 1;
            if (!isNext || !(run instanceof StoredEntry entry)) {
                break;
            }
            entries.add(entry);
        }
        return entries.isEmpty() ? entries : entries.subList(0, HistoryBlock.fitting(blobs(entries)));
    }

    /** @param block the same, opened */
    private record Packed(PackedEntries entries, HistoryBlock block) {}

    private static Packed pack(List<StoredEntry> entries) {
        List<byte[]> blobs = blobs(entries);
        byte[] block = HistoryBlock.encode(blobs);
        // The entries themselves are gone afterwards, so the one doubt that remains is cleared before.
        HistoryBlock opened = HistoryBlock.open(block);
        List<byte[]> back = opened.blobs();
        if (!Arrays.deepEquals(back.toArray(), blobs.toArray())) {
            throw new AssertionError("A block does not give back what went into it");
        }
        return new Packed(new PackedEntries(entries.get(0).position(), entries.size(), block), opened);
    }

    private static List<byte[]> blobs(List<StoredEntry> entries) {
        List<byte[]> blobs = new ArrayList<>(entries.size());
        entries.forEach(entry -> blobs.add(entry.blob()));
        return blobs;
    }
}
