package dev.weft.crdt.handler.list;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.handler.SeedValues;
import dev.weft.crdt.handler.ValueCodec;
import dev.weft.crdt.handler.fugue.FugueType;
import dev.weft.crdt.sequence.ElementId;
import java.util.ArrayList;
import java.util.List;

/** A Fugue list of any values (spec crdt 16.8). */
public final class FugueListType<T> extends FugueType<FugueListState<T>, Object[]> {
    private final ValueCodec<T> codec;

    public FugueListType(ValueCodec<T> codec) {
        this.codec = codec;
    }

    @Override
    public FugueListState<T> emptyState() {
        return new FugueListState<>();
    }

    @Override
    protected ValueReader<Object[]> valueReader(int expected) {
        return new Reader(expected);
    }

    private final class Reader implements ValueReader<Object[]> {
        private final List<Object> values;
        private final SeedValues<T> seeds = new SeedValues<>(codec);

        Reader(int expected) {
            values = new ArrayList<>(expected);
        }

        @Override
        public void read(ByteReader in) {
            values.add(codec.decode(in.readBlob("value")));
        }

        @Override
        public boolean readSeed(ByteReader in) {
            if (seeds.next(in)) {
                return values.add(seeds.value());
            }
            return false;
        }

        @Override
        public Object[] values() {
            seeds.finish();
            return values.toArray();
        }
    }

    @Override
    protected void writeValue(ByteWriter out, Object[] values, int index) {
        out.writeBlob(encode(values[index]));
    }

    @Override
    protected void writeElements(ByteWriter out, FugueListState<T> state) {
        state.tree().forEachStretch((peer, first, count, values, from) -> {
            for (int i = 0; i < count; i++) {
                out.writeUvarint(ElementId.encodedLength(first + i));
                ElementId.write(out, peer, first + i);
                out.writeBlob(encode(values[from + i]));
            }
        });
    }

    @SuppressWarnings("unchecked")
    private byte[] encode(Object value) {
        return codec.encode((T) value);
    }
}
