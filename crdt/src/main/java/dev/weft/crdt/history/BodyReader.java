package dev.weft.crdt.history;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.id.PeerId;
import java.util.List;

/** Reads what {@link BodyWriter} wrote, in the same order. One use each. */
final class BodyReader {
    private final List<PeerId> peers;
    private final CounterPredictor predictor;
    private final ByteReader numbers;
    private final Shape[] shapes;
    private final ByteReader freeStructure;
    private final ByteReader freeLiterals;

    /** @param bodies how many there are */
    BodyReader(ByteReader in, List<PeerId> peers, int bodies) {
        this.peers = peers;
        this.predictor = new CounterPredictor(peers.size());
        int count = in.readCount(1, "shapes");
        if (count > BodyWriter.SHAPES_MAX) {
            throw new CrdtFormatException("More than " + BodyWriter.SHAPES_MAX + " shapes");
        }
        shapes = new Shape[count];
        for (int i = 0; i < count; i++) {
            shapes[i] = new Shape(in.readBlobView("shape"), peers.size());
        }
        numbers = in.readBlobView("shape numbers");
        countUses(bodies);
        for (Shape shape : shapes) {
            shape.readColumns(in);
        }
        freeStructure = in.readBlobView("free bodies");
        freeLiterals = in.readBlobView("free bodies");
        in.expectEnd("bodies");
    }

    private void countUses(int bodies) {
        ByteReader reader = new ByteReader(numbers.array(), numbers.position(), numbers.remaining());
        for (int i = 0; i < bodies; i++) {
            int number = readNumber(reader);
            if (number != BodyWriter.FREE) {
                shapes[number - 1].uses++;
            }
        }
        reader.expectEnd("shape numbers");
    }

    private int readNumber(ByteReader reader) {
        long number = reader.readUvarint("shape number");
        if (number > shapes.length) {
            throw new CrdtFormatException("No shape " + number);
        }
        return (int) number;
    }

    /** What bodies of one shape hold, and how far it has been read. */
    private static final class Shape {
        final int tokens;
        final int[] peer;
        final boolean[] counted;
        final int[] literalLength;
        final int counters;
        int uses;
        int next;
        final byte[][] guesses;
        final ByteReader[] differences;
        final byte[][] literals;
        final long[] last;

        Shape(ByteReader key, int peers) {
            tokens = key.readCount(2, "shape");
            if (tokens > BodyWriter.TOKENS_MAX) {
                throw new CrdtFormatException("A shape of " + tokens + " tokens");
            }
            peer = new int[tokens];
            counted = new boolean[tokens];
            literalLength = new int[tokens + 1];
            int literalBytes = 0;
            int counterCount = 0;
            for (int i = 0; i <= tokens; i++) {
                long length = key.readUvarint("shape");
                if (length > BodyWriter.LITERAL_BYTES_MAX - literalBytes) {
                    throw new CrdtFormatException("A shape of too many bytes");
                }
                literalLength[i] = (int) length;
                literalBytes += (int) length;
                if (i < tokens) {
                    long token = key.readUvarint("shape");
                    peer[i] = peerNumber(token >>> 1, peers);
                    counted[i] = (token & 1) != 0;
                    counterCount += counted[i] ? 1 : 0;
                }
            }
            key.expectEnd("shape");
            counters = counterCount;
            guesses = new byte[counters][];
            differences = new ByteReader[counters];
            last = new long[counters];
            literals = new byte[literalBytes][];
        }

        void readColumns(ByteReader in) {
            // A shape is only there because a body has it, and a column of nothing has no first value.
            if (uses == 0) {
                throw new CrdtFormatException("A shape without a body");
            }
            for (int slot = 0; slot < counters; slot++) {
                guesses[slot] = Column.readBytes(in, uses, "guesses");
                differences[slot] = in.readBlobView("differences");
            }
            for (int i = 0; i < literals.length; i++) {
                literals[i] = Column.readBytes(in, uses, "plain bytes");
            }
        }
    }

    private static int peerNumber(long number, int peers) {
        if (number >= peers) {
            throw new CrdtFormatException("No peer " + number);
        }
        return (int) number;
    }

    /** Appends the next body. */
    void read(ByteWriter out) {
        int number = readNumber(numbers);
        if (number == BodyWriter.FREE) {
            readFree(out);
        } else {
            readShaped(shapes[number - 1], out);
        }
    }

    private void readShaped(Shape shape, ByteWriter out) {
        int row = shape.next++;
        long[] counters = new long[shape.counters];
        int slot = 0;
        int column = 0;
        for (int i = 0; i <= shape.tokens; i++) {
            for (int length = shape.literalLength[i]; length > 0; length--) {
                out.writeByte(shape.literals[column++][row]);
            }
            if (i < shape.tokens) {
                long counter = 0;
                if (shape.counted[i]) {
                    int which = shape.guesses[slot][row];
                    long guess = predictor.guess(which, shape.last[slot], counters, slot, shape.peer[i]);
                    counter = counter(guess, shape.differences[slot]);
                    counters[slot] = counter;
                    shape.last[slot++] = counter;
                }
                BodyTokens.writeToken(out, peers.get(shape.peer[i]), shape.counted[i], counter);
            }
        }
        slot = 0;
        for (int i = 0; i < shape.tokens; i++) {
            if (shape.counted[i]) {
                predictor.note(shape.peer[i], counters[slot++]);
            }
        }
        predictor.endBody(counters, slot);
    }

    private static long counter(long guess, ByteReader differences) {
        long counter = guess + Column.unzigzag(differences.readUvarint("difference"));
        if (counter < 0 || counter >= BodyTokens.COUNTER_MAX) {
            throw new CrdtFormatException("An element counter of " + counter);
        }
        return counter;
    }

    private void readFree(ByteWriter out) {
        int count = freeStructure.readCount(1, "free body");
        long previous = -1;
        for (int i = 0; i <= count; i++) {
            long length = freeStructure.readUvarint("free body");
            if (length > freeLiterals.remaining()) {
                throw new CrdtFormatException("A free body that is cut");
            }
            if (out.size() > HistoryBlock.BYTES_MAX) {
                throw new CrdtFormatException("A body too large for any block");
            }
            out.writeBytes(freeLiterals.array(), freeLiterals.position(), (int) length);
            freeLiterals.skip((int) length, "free body");
            if (i < count) {
                long token = freeStructure.readUvarint("free body");
                int peer = peerNumber(token >>> 1, peers.size());
                boolean counted = (token & 1) != 0;
                if (counted) {
                    previous = counter(previous + 1, freeStructure);
                    predictor.note(peer, previous);
                }
                BodyTokens.writeToken(out, peers.get(peer), counted, previous);
            }
        }
    }
}
