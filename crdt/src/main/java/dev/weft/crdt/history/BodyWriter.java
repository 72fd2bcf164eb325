package dev.weft.crdt.history;

import dev.weft.crdt.codec.ByteWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes the bodies of operations, those of one shape below each other. One use each. */
final class BodyWriter {
    /*
     * A body is a sequence of plain bytes and tokens (peers, element ids), see BodyTokens. Bodies that differ in their
     * counters and in the values of their plain bytes only have one shape. Each counter and each plain byte of a shape is
     * a column of its own, and most of these columns never change: what is left of a typed letter is the letter. What is
     * too long or too seldom for a shape is written as it comes, behind number 0.
     */
    static final int FREE = 0;
    static final int SHAPES_MAX = 64;
    static final int TOKENS_MAX = 12;
    static final int LITERAL_BYTES_MAX = 48;

    private final ByteWriter scratch = new ByteWriter();
    private final ByteWriter numbers = new ByteWriter();
    private final ByteWriter freeStructure = new ByteWriter();
    private final ByteWriter freeLiterals = new ByteWriter();
    private final Map<ByteBuffer, Shape> shapes = new HashMap<>();
    private final List<Shape> shapesInOrder = new ArrayList<>();
    private final BodyTokens tokens;
    private final CounterPredictor predictor;

    BodyWriter(PeerNumbers peers) {
        this.tokens = new BodyTokens(peers);
        this.predictor = new CounterPredictor(peers.size());
    }

    /** What bodies of one shape hold. */
    private static final class Shape {
        final int number;
        final byte[] key;
        final byte[] guesses;
        final Growing[] guessColumns;
        final ByteWriter[] differences;
        final Growing[] literals;
        final long[] last;

        Shape(int number, byte[] key, int counters, int literalBytes) {
            this.number = number;
            this.key = key;
            this.guesses = new byte[counters];
            this.last = new long[counters];
            this.guessColumns = new Growing[counters];
            this.differences = new ByteWriter[counters];
            for (int i = 0; i < counters; i++) {
                guesses[i] = CounterPredictor.FRESH;
                guessColumns[i] = new Growing();
                differences[i] = new ByteWriter();
            }
            this.literals = new Growing[literalBytes];
            Arrays.setAll(literals, i -> new Growing());
        }
    }

    /** A column while it grows. */
    private static final class Growing {
        private byte[] values = new byte[16];
        private int size;

        void add(byte value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, size * 2);
            }
            values[size++] = value;
        }

        void write(ByteWriter out) {
            Column.writeBytes(out, values, size);
        }
    }

    void add(byte[] bytes, int from) {
        tokens.read(bytes, from);
        Shape shape = tokens.count == 0 || tokens.count > TOKENS_MAX || tokens.literalBytes() > LITERAL_BYTES_MAX
                ? null
                : shape();
        if (shape == null) {
            numbers.writeUvarint(FREE);
            addFree(bytes);
        } else {
            numbers.writeUvarint(shape.number);
            addShaped(shape, bytes);
        }
    }

    private Shape shape() {
        byte[] key = tokens.shape(scratch);
        Shape known = shapes.get(ByteBuffer.wrap(key));
        if (known != null || shapesInOrder.size() == SHAPES_MAX) {
            return known;
        }
        Shape shape = new Shape(shapesInOrder.size() + 1, key, tokens.counters(), tokens.literalBytes());
        shapes.put(ByteBuffer.wrap(key), shape);
        shapesInOrder.add(shape);
        return shape;
    }

    private void addShaped(Shape shape, byte[] bytes) {
        int column = 0;
        for (int i = 0; i <= tokens.count; i++) {
            for (int at = tokens.literalStart[i]; at < tokens.literalEnd[i]; at++) {
                shape.literals[column++].add(bytes[at]);
            }
        }
        long[] counters = new long[shape.last.length];
        int slot = 0;
        for (int i = 0; i < tokens.count; i++) {
            if (tokens.hasCounter(i)) {
                counters[slot] = tokens.counter[i];
                int which = closest(shape, counters, slot, tokens.peer[i]);
                long guess = predictor.guess(which, shape.last[slot], counters, slot, tokens.peer[i]);
                shape.guesses[slot] = (byte) which;
                shape.guessColumns[slot].add((byte) which);
                shape.differences[slot].writeUvarint(Column.zigzag(counters[slot] - guess));
                shape.last[slot] = counters[slot];
                slot++;
            }
        }
        noteCounters(counters, slot);
    }

    private int closest(Shape shape, long[] counters, int slot, int peer) {
        int best = shape.guesses[slot];
        int bestLength = length(shape, best, counters, slot, peer);
        for (int which = 0; which < CounterPredictor.GUESSES && bestLength > 0; which++) {
            int length = length(shape, which, counters, slot, peer);
            if (length < bestLength) {
                best = which;
                bestLength = length;
            }
        }
        return best;
    }

    /** How many bits the difference takes. */
    private int length(Shape shape, int which, long[] counters, int slot, int peer) {
        long guess = predictor.guess(which, shape.last[slot], counters, slot, peer);
        return 64 - Long.numberOfLeadingZeros(Column.zigzag(counters[slot] - guess));
    }

    private void noteCounters(long[] counters, int count) {
        int slot = 0;
        for (int i = 0; i < tokens.count; i++) {
            if (tokens.hasCounter(i)) {
                predictor.note(tokens.peer[i], counters[slot++]);
            }
        }
        predictor.endBody(counters, count);
    }

    private void addFree(byte[] bytes) {
        freeStructure.writeUvarint(tokens.count);
        long previous = -1;
        for (int i = 0; i <= tokens.count; i++) {
            int length = tokens.literalEnd[i] - tokens.literalStart[i];
            freeStructure.writeUvarint(length);
            freeLiterals.writeBytes(bytes, tokens.literalStart[i], length);
            if (i < tokens.count) {
                boolean counted = tokens.hasCounter(i);
                freeStructure.writeUvarint((long) tokens.peer[i] << 1 | (counted ? 1 : 0));
                if (counted) {
                    // A pasted text is many consecutive ids.
                    freeStructure.writeUvarint(Column.zigzag(tokens.counter[i] - previous - 1));
                    previous = tokens.counter[i];
                    predictor.note(tokens.peer[i], previous);
                }
            }
        }
    }

    void write(ByteWriter out) {
        out.writeUvarint(shapesInOrder.size());
        shapesInOrder.forEach(shape -> out.writeBlob(shape.key));
        writeBlob(out, numbers);
        for (Shape shape : shapesInOrder) {
            for (int slot = 0; slot < shape.last.length; slot++) {
                shape.guessColumns[slot].write(out);
                writeBlob(out, shape.differences[slot]);
            }
            for (Growing literal : shape.literals) {
                literal.write(out);
            }
        }
        writeBlob(out, freeStructure);
        writeBlob(out, freeLiterals);
    }

    static void writeBlob(ByteWriter out, ByteWriter blob) {
        out.writeUvarint(blob.size()).writeBytes(blob.array(), 0, blob.size());
    }
}
