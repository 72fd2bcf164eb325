package dev.weft.server.storage.archive;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.storage.DocumentInfo;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.EntryPage;
import dev.weft.server.storage.StaleEpochException;
import dev.weft.server.storage.StoredDocument;
import dev.weft.server.storage.StoredEntry;
import io.vertx.core.Future;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/*
 * A backup is taken while owners write. Each document is read under the epoch it has at that moment, without claiming it,
 * so no owner is disturbed. What is kept of it is a prefix of its log, and every prefix of a log is a state the document
 * was in: an owner appends a change only after what it depends on. Different documents may be from different moments.
 *
 * Two things can happen to a document while it is read. A new owner takes it: the store refuses the old epoch, and it is
 * read again. Or its owner compacts it: entries we have not read yet are in a snapshot we have not seen. Positions may
 * have gaps, so that would not show in what we read; it shows in the position of the snapshot, which is compared at the end.
 */

/**
 * Copies documents between a store and a file: compressed with gzip, whose checksum tells whether it is whole. One document
 * at a time is in memory. Every method blocks, and must not be called on an event loop.
 */
public final class DocumentArchive {
    private static final long MAGIC = 0x57454654_41524348L;
    private static final int FORMAT = 1;
    private static final int DOCUMENT = 1;
    private static final int END = 0;
    private static final int LIST_MAX = 1_000;
    private static final int ATTEMPTS_MAX = 10;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final long CALL_SECONDS_MAX = 120;

    private DocumentArchive() {}

    /**
     * Writes every document of a store that is open.
     *
     * @param out is finished, but left open
     * @return how many documents
     * @throws ArchiveException if the store fails, or a document changes owners faster than it can be read
     */
    public static long write(DocumentStore store, OutputStream out) throws IOException {
        GZIPOutputStream compressed = new GZIPOutputStream(out, BUFFER_BYTES);
        DataOutputStream data = new DataOutputStream(new BufferedOutputStream(compressed, BUFFER_BYTES));
        data.writeLong(MAGIC);
        data.writeInt(FORMAT);
        long count = 0;
        for (DocumentKind kind : DocumentKind.values()) {
            count += writeAll(store, kind, data);
        }
        data.writeByte(END);
        data.writeLong(count);
        data.flush();
        compressed.finish();
        return count;
    }

    private static long writeAll(DocumentStore store, DocumentKind kind, DataOutputStream data) throws IOException {
        long count = 0;
        String after = "";
        List<DocumentInfo> page;
        do {
            page = await(store.list(kind, "", after, LIST_MAX));
            for (DocumentInfo info : page) {
                Optional<ArchivedDocument> document = read(store, info.key());
                if (document.isPresent()) {
                    data.writeByte(DOCUMENT);
                    document.get().writeTo(data);
                    count++;
                }
                after = info.key().id();
            }
        } while (page.size() == LIST_MAX);
        return count;
    }

    /** Empty if it has been deleted since it was listed. */
    private static Optional<ArchivedDocument> read(DocumentStore store, DocumentKey key) {
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            Optional<DocumentInfo> found = await(store.find(key));
            if (found.isEmpty()) {
                return Optional.empty();
            }
            try {
                ArchivedDocument document = read(store, found.get());
                Optional<DocumentInfo> now = await(store.find(key));
                if (now.isPresent() && now.get().snapshotPosition() == document.snapshotPosition()) {
                    return Optional.of(document);
                }
            } catch (ArchiveException e) {
                if (!(e.getCause() instanceof StaleEpochException)) {
                    throw e;
                }
            }
        }
        throw new ArchiveException(key + " changed " + ATTEMPTS_MAX + " times while it was read", null);
    }

    private static ArchivedDocument read(DocumentStore store, DocumentInfo found) {
        StoredDocument loaded = await(store.load(found.key(), found.epoch()));
        DocumentInfo info = loaded.info();
        List<StoredEntry> entries = new ArrayList<>();
        long after = info.snapshotPosition();
        boolean hasMore = true;
        while (hasMore && after < info.lastPosition()) {
            EntryPage page = await(
                    store.read(found.key(), found.epoch(), after, store.limits().pageBytesMax()));
            entries.addAll(page.entries());
            hasMore = page.hasMore();
            after = page.entries().isEmpty() ? info.lastPosition() : page.lastPosition();
        }
        return new ArchivedDocument(found.key(), info.snapshotPosition(), loaded.snapshot(), entries);
    }

    /** Reads a file to its end; fails with an {@link IOException} if it is cut off or its checksum is wrong. */
    public static void verify(InputStream in) throws IOException {
        new GZIPInputStream(in, BUFFER_BYTES).transferTo(OutputStream.nullOutputStream());
    }

    /**
     * Puts every document of a file into a store that is open. A document that is there already is left as it is; a
     * document is there once it is whole, unless the store fails in the middle of it.
     *
     * @throws ArchiveException if this is no archive of ours, it is damaged or cut off, or the store fails
     */
    public static Restored restore(InputStream in, DocumentStore store) throws IOException {
        DataInputStream data =
                new DataInputStream(new BufferedInputStream(new GZIPInputStream(in, BUFFER_BYTES), BUFFER_BYTES));
        if (data.readLong() != MAGIC) {
            throw new ArchiveException("this is no archive of Weft", null);
        }
        int format = data.readInt();
        if (format != FORMAT) {
            throw new ArchiveException("this archive has format " + format + ", known is " + FORMAT, null);
        }
        long restored = 0;
        List<DocumentKey> skipped = new ArrayList<>();
        while (data.readByte() == DOCUMENT) {
            ArchivedDocument document = ArchivedDocument.readFrom(data);
            if (await(store.find(document.key())).isPresent()) {
                skipped.add(document.key());
            } else {
                document.restoreInto(store);
                restored++;
            }
        }
        if (data.readLong() != restored + skipped.size()) {
            throw new ArchiveException("the archive does not hold as many documents as it says", null);
        }
        // The checksum stands behind everything, and is compared when the end is read.
        if (data.read() >= 0) {
            throw new ArchiveException("the archive goes on behind its end", null);
        }
        return new Restored(restored, skipped);
    }

    /**
     * @param documents how many were put into the store
     * @param skipped those that were there already
     */
    public record Restored(long documents, List<DocumentKey> skipped) {
        public Restored {
            skipped = List.copyOf(skipped);
        }
    }

    static <T> T await(Future<T> call) {
        try {
            return call.toCompletionStage().toCompletableFuture().get(CALL_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new ArchiveException(String.valueOf(e.getCause().getMessage()), e.getCause());
        } catch (TimeoutException e) {
            throw new ArchiveException("the store has not answered within " + CALL_SECONDS_MAX + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", e);
        }
    }
}
