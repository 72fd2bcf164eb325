package dev.weft.crdt.handler.text;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.Wtf8;
import dev.weft.crdt.handler.fugue.FugueType;
import dev.weft.crdt.sequence.ElementId;
import java.util.HashMap;
import java.util.Map;

/** Fugue text: one element for each UTF-16 unit, whose value is that unit in WTF-8 (spec crdt 16.8). */
public final class FugueTextType extends FugueType<FugueTextState, FugueTextValues> {
    public static final FugueTextType INSTANCE = new FugueTextType();

    private FugueTextType() {}

    @Override
    public FugueTextState emptyState() {
        return new FugueTextState();
    }

    @Override
    protected ValueReader<FugueTextValues> valueReader(int expected) {
        return new Reader(expected);
    }

    private static final class Reader implements ValueReader<FugueTextValues> {
        private final StringBuilder units;
        private Map<Integer, String> odd = Map.of();

        Reader(int expected) {
            units = new StringBuilder(expected);
        }

        @Override
        public void read(ByteReader in) {
            int length = in.readLength("value");
            byte[] bytes = in.array();
            int at = in.position();
            in.skip(length, "value");
            if (length == 1 && bytes[at] >= 0) {
                units.append((char) bytes[at]);
                return;
            }
            String value = Wtf8.decode(bytes, at, length);
            if (value.length() == 1) {
                units.append(value);
                return;
            }
            if (odd.isEmpty()) {
                odd = new HashMap<>();
            }
            odd.put(units.length(), value);
            units.append(FugueTextValues.PLACEHOLDER);
        }

        @Override
        public FugueTextValues values() {
            return new FugueTextValues(units.toString(), odd);
        }
    }

    @Override
    protected void writeValue(ByteWriter out, FugueTextValues values, int index) {
        if (values.odd().isEmpty()) {
            writeUnit(out, values.units().charAt(index));
        } else {
            writeText(out, values.valueAt(index));
        }
    }

    @Override
    protected void writeElements(ByteWriter out, FugueTextState state) {
        boolean plain = state.isPlain();
        state.tree().forEachStretch((peer, first, count, units, from) -> {
            for (int i = 0; i < count; i++) {
                long counter = first + i;
                out.writeUvarint(ElementId.encodedLength(counter));
                ElementId.write(out, peer, counter);
                String odd = plain ? null : state.oddValue(new ElementId(peer, counter));
                if (odd == null) {
                    writeUnit(out, units[from + i]);
                } else {
                    writeText(out, odd);
                }
            }
        });
    }

    private static void writeUnit(ByteWriter out, char unit) {
        if (unit < 0x80) {
            out.writeByte(1).writeByte(unit);
        } else {
            writeText(out, String.valueOf(unit));
        }
    }

    private static void writeText(ByteWriter out, String text) {
        out.writeUvarint(Wtf8.encodedLength(text, 0, text.length()));
        Wtf8.write(out, text, 0, text.length());
    }
}
