package dev.weft.crdt.history;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A run of consecutive blobs of a log, most of them changes, in few bytes. Opening one reads what is needed to find its
 * changes; {@link #blobs} unpacks them. Immutable once opened.
 *
 * <p>What is no change, or not determined by its parts, is in it as it came, and {@link #isIndexed} is false then.
 */
public final class HistoryBlock {
    /*
     *   version, count, sum of the blobs' lengths
     *   peers        16 bytes each: authors, peers depended on, peers mentioned in operations
     *   prefixes     type and id of each handler, as payloads begin
     *   heads        what changes have in common: flags, author, handler, kind of operation
     *   index        packed: head of each blob, stamps as differences, dependencies that are not just the change before
     *   bodies       packed: the operations, see BodyWriter, and the blobs that are there as they came
     */
    private static final int VERSION = 1;

    /** The most blobs of one block. */
    public static final int COUNT_MAX = 4096;

    /** The most bytes the blobs of one block have together; a single larger blob is not put into a block. */
    public static final int BYTES_MAX = 4 << 20;

    private static final int HEADS_MAX = COUNT_MAX;
    /* What a section of so many blobs can take at most: the bodies, and some bytes for each blob and column. */
    private static final int SECTION_BYTES_MAX = 3 * BYTES_MAX;

    private final byte[] block;
    private final int bytes;
    private final List<PeerId> peers;
    private final List<byte[]> prefixes;
    private final List<Head> heads;
    /* Kept as long as the document: two bytes are enough for HEADS_MAX. */
    private final char[] headOf;
    private final BlockIndex index;
    private final int bodiesAt;

    /** What many changes have in common. @param form how the dependencies are written, or {@link #RAW} */
    record Head(int form, int author, int prefix, int kind) {
        static final int NO_DEPENDENCY = 0;
        static final int PREVIOUS = 1;
        static final int LIST = 2;
        static final int RAW = 3;
    }

    private HistoryBlock(byte[] block) {
        this.block = block;
        ByteReader reader = new ByteReader(block);
        int version = reader.readByte("block version");
        if (version != VERSION) {
            throw new CrdtFormatException("Unknown version of a history block: " + version);
        }
        int count = bounded(reader.readUvarint("block count"), COUNT_MAX, "blobs");
        bytes = bounded(reader.readUvarint("block bytes"), BYTES_MAX, "bytes");
        peers = readPeers(reader);
        prefixes = readPrefixes(reader);
        heads = readHeads(reader);
        ByteReader section = Deflation.read(reader, SECTION_BYTES_MAX);
        headOf = readHeadNumbers(section.readBlobView("heads"), count);
        index = BlockIndex.read(section, this);
        section.expectEnd("block index");
        bodiesAt = reader.position();
    }

    private static int bounded(long value, int max, String what) {
        if (value > max) {
            throw new CrdtFormatException("A history block of " + value + " " + what);
        }
        return (int) value;
    }

    /**
     * Packs blobs, changes or not.
     *
     * @throws IllegalArgumentException if they are none, or more than {@link #COUNT_MAX} or {@link #BYTES_MAX}
     */
    public static byte[] encode(List<byte[]> blobs) {
        return new BlockWriter(blobs).write();
    }

    /**
     * How many of these blobs, from the first on, go into one block.
     *
     * @return 0 if the first is too large for any
     */
    public static int fitting(List<byte[]> blobs) {
        int count = 0;
        long sum = 0;
        while (count < blobs.size() && count < COUNT_MAX) {
            sum += blobs.get(count).length;
            if (sum > BYTES_MAX) {
                break;
            }
            count++;
        }
        return count;
    }

    /**
     * Reads everything but the operations. Takes memory in proportion to the number of blobs, which {@link #COUNT_MAX}
     * bounds.
     *
     * @param block is kept, not copied
     * @throws CrdtFormatException if it is no block
     */
    public static HistoryBlock open(byte[] block) {
        return new HistoryBlock(block);
    }

    private static List<PeerId> readPeers(ByteReader reader) {
        int count = reader.readCount(PeerId.BYTES, "peers");
        List<PeerId> peers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            peers.add(PeerId.read(reader));
        }
        return peers;
    }

    private static List<byte[]> readPrefixes(ByteReader reader) {
        int count = reader.readCount(1, "handlers");
        List<byte[]> prefixes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            prefixes.add(reader.readBlob("handler"));
        }
        return prefixes;
    }

    private List<Head> readHeads(ByteReader reader) {
        int count = bounded(reader.readCount(1, "heads"), HEADS_MAX, "heads");
        List<Head> read = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int form = reader.readByte("head");
            if (form == Head.RAW) {
                read.add(new Head(form, 0, 0, 0));
                continue;
            }
            long author = reader.readUvarint("head");
            long prefix = reader.readUvarint("head");
            if (form > Head.RAW || author >= peers.size() || prefix >= prefixes.size()) {
                throw new CrdtFormatException("A head of what is not there");
            }
            read.add(new Head(form, (int) author, (int) prefix, reader.readByte("head")));
        }
        return read;
    }

    private char[] readHeadNumbers(ByteReader reader, int count) {
        // Checked before the array is made, so that a short block makes no long one.
        if (reader.remaining() < count) {
            throw new CrdtFormatException("Truncated heads");
        }
        char[] numbers = new char[count];
        for (int i = 0; i < count; i++) {
            long number = reader.readUvarint("head");
            if (number >= heads.size()) {
                throw new CrdtFormatException("No head " + number);
            }
            numbers[i] = (char) number;
        }
        reader.expectEnd("heads");
        return numbers;
    }

    public int size() {
        return headOf.length;
    }

    /** How many bytes {@link #blobs} have together. */
    public int blobBytes() {
        return bytes;
    }

    /** The packed form. Must not be changed. */
    public byte[] encoded() {
        return block;
    }

    /** Whether every blob is a change whose parts are known without unpacking it. */
    public boolean isIndexed() {
        return heads.stream().noneMatch(head -> head.form == Head.RAW);
    }

    /** The id of a change of an indexed block. */
    public OperationId idAt(int place) {
        return new OperationId(peers.get(head(place).author), index.clocks[place]);
    }

    /** The packed stamp of a change of an indexed block. */
    public long clockAt(int place) {
        return index.clocks[place];
    }

    /** The place of the author in {@link #peers}. */
    public int authorAt(int place) {
        return head(place).author;
    }

    /** The number of the handler, below {@link #handlerCount}. */
    public int handlerAt(int place) {
        return head(place).prefix;
    }

    public int handlerCount() {
        return prefixes.size();
    }

    /** Type and id of a handler, as the payloads of its changes begin. Must not be changed. */
    public byte[] handlerPrefix(int handler) {
        return prefixes.get(handler);
    }

    /** The kind of operation, see {@link dev.weft.crdt.change.OperationKind}. */
    public int kindAt(int place) {
        return head(place).kind;
    }

    /** What the change depends on, as it lists it, repetitions included. */
    public List<OperationId> dependenciesAt(int place) {
        switch (head(place).form) {
            case Head.NO_DEPENDENCY:
                return List.of();
            case Head.PREVIOUS:
                return List.of(idAt(place - 1));
            default:
                return index.dependencies(place, this);
        }
    }

    /** Whether the change depends on the one before it in the block, and on nothing else. */
    public boolean dependsOnPrevious(int place) {
        return head(place).form == Head.PREVIOUS;
    }

    Head head(int place) {
        return heads.get(headOf[place]);
    }

    /** The peers the block speaks of: authors, and those its changes mention. */
    public List<PeerId> peers() {
        return Collections.unmodifiableList(peers);
    }

    /** What the opened block occupies, about. For measurements. */
    public long retainedBytes() {
        return block.length + 10L * size() + index.dependencyBytes();
    }

    /**
     * Unpacks all blobs, byte for byte as they were. A new list of new arrays each time.
     *
     * @throws CrdtFormatException if the bodies are damaged
     */
    public List<byte[]> blobs() {
        ByteReader reader = new ByteReader(block, bodiesAt, block.length - bodiesAt);
        ByteReader section = Deflation.read(reader, SECTION_BYTES_MAX);
        reader.expectEnd("block");
        ByteReader rawLengths = section.readBlobView("raw lengths");
        ByteReader raw = section.readBlobView("raw blobs");
        int changes = 0;
        for (int place = 0; place < size(); place++) {
            changes += head(place).form == Head.RAW ? 0 : 1;
        }
        BodyReader bodies = new BodyReader(section, peers, changes);
        List<byte[]> blobs = new ArrayList<>(size());
        ByteWriter body = new ByteWriter(64);
        long sum = 0;
        for (int place = 0; place < size(); place++) {
            byte[] blob;
            if (head(place).form == Head.RAW) {
                long length = rawLengths.readUvarint("raw length");
                if (length > raw.remaining()) {
                    throw new CrdtFormatException("Truncated raw blob");
                }
                blob = raw.readBytes((int) length, "raw blob");
            } else {
                bodies.read(body.reset());
                blob = change(place, body);
            }
            sum += blob.length;
            if (sum > bytes) {
                break;
            }
            blobs.add(blob);
        }
        if (sum != bytes) {
            throw new CrdtFormatException("A history block of other than " + bytes + " bytes");
        }
        return blobs;
    }

    private byte[] change(int place, ByteWriter body) {
        Head head = head(place);
        return ChangeParts.join(
                idAt(place), dependenciesAt(place), prefixes.get(head.prefix), head.kind, body.array(), 0, body.size());
    }
}
