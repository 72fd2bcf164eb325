package dev.weft.server.storage.archive;

import static dev.weft.server.storage.archive.DocumentArchive.await;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.StoredEntry;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One document as it was at one moment. */
record ArchivedDocument(DocumentKey key, long snapshotPosition, Optional<byte[]> snapshot, List<StoredEntry> entries) {
    /** A length that says more is damage, and must not become an allocation. */
    private static final int BLOB_BYTES_MAX = 1 << 30;

    private static final int APPEND_BYTES_MAX = 1 << 20;

    /** Takes the snapshot's position until the snapshot takes its place; a snapshot cannot cover what never was. */
    private static final byte[] FILLER = {};

    void writeTo(DataOutputStream data) throws IOException {
        data.writeUTF(key.kind().name());
        writeBlob(data, key.id().getBytes(StandardCharsets.UTF_8));
        data.writeLong(snapshotPosition);
        data.writeBoolean(snapshot.isPresent());
        if (snapshot.isPresent()) {
            writeBlob(data, snapshot.get());
        }
        data.writeInt(entries.size());
        for (StoredEntry entry : entries) {
            data.writeLong(entry.position());
            writeBlob(data, entry.blob());
        }
    }

    static ArchivedDocument readFrom(DataInputStream data) throws IOException {
        DocumentKind kind = DocumentKind.valueOf(data.readUTF());
        DocumentKey key = new DocumentKey(kind, new String(readBlob(data), StandardCharsets.UTF_8));
        long snapshotPosition = data.readLong();
        Optional<byte[]> snapshot = data.readBoolean() ? Optional.of(readBlob(data)) : Optional.empty();
        int count = data.readInt();
        List<StoredEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(new StoredEntry(data.readLong(), readBlob(data)));
        }
        return new ArchivedDocument(key, snapshotPosition, snapshot, entries);
    }

    private static void writeBlob(DataOutputStream data, byte[] blob) throws IOException {
        data.writeInt(blob.length);
        data.write(blob);
    }

    private static byte[] readBlob(DataInputStream data) throws IOException {
        int length = data.readInt();
        if (length < 0 || length > BLOB_BYTES_MAX) {
            throw new ArchiveException("the archive is damaged: a length of " + length, null);
        }
        return data.readNBytes(length);
    }

    /** Creates the document with the same positions; its epoch begins anew. */
    void restoreInto(DocumentStore store) {
        long epoch = await(store.claim(key, true));
        if (snapshot.isPresent()) {
            await(store.append(key, epoch, snapshotPosition, List.of(FILLER)));
            await(store.compact(key, epoch, snapshot.get(), snapshotPosition));
        }
        int from = 0;
        while (from < entries.size()) {
            int to = endOfRun(from);
            List<byte[]> blobs =
                    entries.subList(from, to).stream().map(StoredEntry::blob).toList();
            await(store.append(key, epoch, entries.get(from).position(), blobs));
            from = to;
        }
    }

    /** Behind the entries, from one on, that can go into one append: consecutive, and not too large. */
    private int endOfRun(int from) {
        long bytes = entries.get(from).blob().length;
        int to = from + 1;
        while (to < entries.size()
                && entries.get(to).position() == entries.get(to - 1).position() + 1
                && bytes + entries.get(to).blob().length <= APPEND_BYTES_MAX) {
            bytes += entries.get(to).blob().length;
            to++;
        }
        return to;
    }
}
