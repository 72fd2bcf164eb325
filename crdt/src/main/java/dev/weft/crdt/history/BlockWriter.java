package dev.weft.crdt.history;

import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.history.HistoryBlock.Head;
import dev.weft.crdt.id.OperationId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Packs blobs into a block. One use each. */
final class BlockWriter {
    private static final int VERSION = 1;

    private final List<byte[]> blobs;
    private final List<ChangeParts> parts;
    private final PeerNumbers peers = new PeerNumbers();
    private final Map<ByteBuffer, Integer> prefixes = new LinkedHashMap<>();
    private final Map<Head, Integer> heads = new LinkedHashMap<>();
    private final Map<OperationId, Integer> places = new HashMap<>();
    private final ByteWriter headNumbers = new ByteWriter();
    private final ByteWriter millis = new ByteWriter();
    private final ByteWriter counters = new ByteWriter();
    private final ByteWriter dependencies = new ByteWriter();
    private final ByteWriter rawLengths = new ByteWriter();
    private final ByteWriter raw = new ByteWriter();
    private long lastMillis;
    private long lastCounter;

    BlockWriter(List<byte[]> blobs) {
        if (blobs.isEmpty() || HistoryBlock.fitting(blobs) < blobs.size()) {
            throw new IllegalArgumentException(blobs.size() + " blobs are no block");
        }
        this.blobs = blobs;
        this.parts = new ArrayList<>(blobs.size());
        blobs.forEach(blob -> parts.add(ChangeParts.of(blob)));
    }

    byte[] write() {
        for (ChangeParts change : parts) {
            if (change != null) {
                peers.intern(change.id().peer());
                change.dependencies().forEach(dependency -> peers.intern(dependency.peer()));
            }
        }
        ByteWriter bodies = writeBodies();
        for (int place = 0; place < parts.size(); place++) {
            addToIndex(place, parts.get(place));
        }
        ByteWriter out = new ByteWriter(256 + blobs.size());
        out.writeByte(VERSION).writeUvarint(blobs.size());
        out.writeUvarint(blobs.stream().mapToInt(blob -> blob.length).sum());
        writeTables(out);
        ByteWriter index = new ByteWriter(256);
        BodyWriter.writeBlob(index, headNumbers);
        BodyWriter.writeBlob(index, millis);
        BodyWriter.writeBlob(index, counters);
        BodyWriter.writeBlob(index, dependencies);
        Deflation.write(out, index);
        Deflation.write(out, bodies);
        return out.toByteArray();
    }

    /** First, because this is where peers are met that are neither authors nor depended on. */
    private ByteWriter writeBodies() {
        BodyWriter bodies = new BodyWriter(peers);
        for (int place = 0; place < parts.size(); place++) {
            ChangeParts change = parts.get(place);
            byte[] blob = blobs.get(place);
            if (change == null) {
                rawLengths.writeUvarint(blob.length);
                raw.writeBytes(blob);
            } else {
                bodies.add(blob, change.bodyOffset());
            }
        }
        ByteWriter section = new ByteWriter(1024);
        BodyWriter.writeBlob(section, rawLengths);
        BodyWriter.writeBlob(section, raw);
        bodies.write(section);
        return section;
    }

    private void addToIndex(int place, ChangeParts change) {
        if (change == null) {
            headNumbers.writeUvarint(number(new Head(Head.RAW, 0, 0, 0)));
            return;
        }
        int prefix = prefixes.computeIfAbsent(ByteBuffer.wrap(change.prefix()), any -> prefixes.size());
        int form = form(place, change);
        headNumbers.writeUvarint(number(new Head(form, peers.intern(change.id().peer()), prefix, change.kind())));
        addClock(change.id().clock());
        if (form == Head.LIST) {
            addDependencies(place, change.dependencies());
        }
        places.putIfAbsent(change.id(), place);
    }

    private int number(Head head) {
        return heads.computeIfAbsent(head, any -> heads.size());
    }

    private int form(int place, ChangeParts change) {
        List<OperationId> all = change.dependencies();
        if (all.isEmpty()) {
            return Head.NO_DEPENDENCY;
        }
        ChangeParts before = place == 0 ? null : parts.get(place - 1);
        return all.size() == 1 && before != null && before.id().equals(all.get(0)) ? Head.PREVIOUS : Head.LIST;
    }

    private void addClock(long clock) {
        long now = clock >> 16;
        long counter = clock & 0xffff;
        millis.writeUvarint(Column.zigzag(now - lastMillis));
        counters.writeUvarint(Column.zigzag(now == lastMillis ? counter - lastCounter : counter));
        lastMillis = now;
        lastCounter = counter;
    }

    private void addDependencies(int place, List<OperationId> ids) {
        dependencies.writeUvarint(ids.size());
        for (OperationId id : ids) {
            Integer known = places.get(id);
            if (known != null) {
                dependencies.writeUvarint((long) (place - known) << 1);
            } else {
                dependencies
                        .writeUvarint((long) peers.intern(id.peer()) << 1 | 1)
                        .writeLong(id.clock());
            }
        }
    }

    private void writeTables(ByteWriter out) {
        out.writeUvarint(peers.size());
        for (int i = 0; i < peers.size(); i++) {
            peers.get(i).write(out);
        }
        out.writeUvarint(prefixes.size());
        prefixes.keySet().forEach(prefix -> out.writeBlob(prefix.array()));
        out.writeUvarint(heads.size());
        heads.keySet().forEach(head -> {
            out.writeByte(head.form());
            if (head.form() != Head.RAW) {
                out.writeUvarint(head.author()).writeUvarint(head.prefix()).writeByte(head.kind());
            }
        });
    }
}
