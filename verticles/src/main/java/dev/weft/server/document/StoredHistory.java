package dev.weft.server.document;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.document.Snapshot;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentCorruptException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the store keeps as the snapshot of an aware document: when its log had which length, and what stands for the beginning
 * of the log.
 *
 * @param marks in order, at most {@link #MARKS_MAX}
 * @param triedUpTo up to where it was last looked for a beginning that a snapshot can stand for
 * @param coveredUpTo the position of the last change that the snapshot covers; 0 without a snapshot
 * @param snapshot null if there is none yet
 * @param firstChange the first change of the log while there is no snapshot: stores keep a snapshot in place of one entry at
 *     least. Null with a snapshot
 */
record StoredHistory(List<Mark> marks, long triedUpTo, long coveredUpTo, Snapshot snapshot, byte[] firstChange) {
    static final StoredHistory NONE = new StoredHistory(List.of(), 0, 0, null, null);
    static final int MARKS_MAX = 16;
    private static final int FORMAT = 1;

    /** At this time the log ended at this position: everything up to there had arrived. */
    record Mark(long position, long millis) {}

    StoredHistory {
        marks = List.copyOf(marks);
    }

    /** How many changes it contains itself, before the entries that the store reads. */
    int changes() {
        return firstChange == null ? 0 : 1;
    }

    byte[] encode() {
        ByteWriter out = new ByteWriter(256).writeByte(FORMAT).writeUvarint(marks.size());
        marks.forEach(mark -> out.writeUvarint(mark.position).writeUvarint(mark.millis));
        out.writeUvarint(triedUpTo).writeUvarint(coveredUpTo);
        out.writeBlob(snapshot == null ? firstChange : snapshot.encode());
        return out.toByteArray();
    }

    static StoredHistory read(DocumentKey key, Optional<byte[]> stored) {
        try {
            return stored.map(StoredHistory::decode).orElse(NONE);
        } catch (CrdtFormatException e) {
            throw new DocumentCorruptException(key, "the snapshot: " + e.getMessage(), e);
        }
    }

    private static StoredHistory decode(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        int format = in.readByte("format");
        if (format != FORMAT) {
            throw new CrdtFormatException("A format of another version: " + format);
        }
        List<Mark> marks = new ArrayList<>();
        for (int left = in.readCount(2, "marks"); left > 0; left--) {
            marks.add(new Mark(in.readUvarint("position"), in.readUvarint("time")));
        }
        long tried = in.readUvarint("position");
        long covered = in.readUvarint("position");
        byte[] content = in.readBlob("content");
        return covered == 0
                ? new StoredHistory(marks, tried, covered, null, content)
                : new StoredHistory(marks, tried, covered, Snapshot.decode(content), null);
    }
}
