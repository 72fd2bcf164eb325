package dev.weft.crdt.codec;

/**
 * UTF-8 that can carry lone surrogates, as text contents use it (spec crdt 1.3). The decoder is as lax as the
 * reference's on purpose: it decides values, so replicas must agree on what damaged bytes mean.
 */
public final class Wtf8 {
    private Wtf8() {}

    public static byte[] encode(CharSequence text) {
        ByteWriter writer = new ByteWriter(text.length() + 8);
        write(writer, text, 0, text.length());
        return writer.toByteArray();
    }

    /** How many bytes {@link #write} produces for the range. */
    public static int encodedLength(CharSequence text, int from, int to) {
        int length = 0;
        for (int i = from; i < to; i++) {
            char unit = text.charAt(i);
            if (unit < 0x80) {
                length += 1;
            } else if (unit < 0x800) {
                length += 2;
            } else if (i + 1 < to && Character.isSurrogatePair(unit, text.charAt(i + 1))) {
                length += 4;
                i++;
            } else {
                length += 3;
            }
        }
        return length;
    }

    public static void write(ByteWriter writer, CharSequence text, int from, int to) {
        for (int i = from; i < to; i++) {
            char unit = text.charAt(i);
            if (unit < 0x80) {
                writer.writeByte(unit);
            } else if (unit < 0x800) {
                writer.writeByte(0xc0 | unit >> 6).writeByte(0x80 | unit & 0x3f);
            } else if (i + 1 < to && Character.isSurrogatePair(unit, text.charAt(i + 1))) {
                int codePoint = Character.toCodePoint(unit, text.charAt(++i));
                writer.writeByte(0xf0 | codePoint >> 18)
                        .writeByte(0x80 | codePoint >> 12 & 0x3f)
                        .writeByte(0x80 | codePoint >> 6 & 0x3f)
                        .writeByte(0x80 | codePoint & 0x3f);
            } else {
                writer.writeByte(0xe0 | unit >> 12)
                        .writeByte(0x80 | unit >> 6 & 0x3f)
                        .writeByte(0x80 | unit & 0x3f);
            }
        }
    }

    public static String decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    /** @throws CrdtFormatException if the last sequence is cut; nothing else is checked */
    public static String decode(byte[] bytes, int offset, int length) {
        StringBuilder text = new StringBuilder(length);
        int end = offset + length;
        int i = offset;
        while (i < end) {
            int lead = bytes[i] & 0xff;
            int size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
            if (i + size > end) {
                throw new CrdtFormatException("Truncated WTF-8 sequence");
            }
            switch (size) {
                case 1 -> text.append((char) lead);
                case 2 -> text.append((char) ((lead & 0x1f) << 6 | tail(bytes, i + 1)));
                case 3 -> text.append((char) ((lead & 0x0f) << 12 | tail(bytes, i + 1) << 6 | tail(bytes, i + 2)));
                default -> {
                    int codePoint = (lead & 0x07) << 18
                            | tail(bytes, i + 1) << 12
                            | tail(bytes, i + 2) << 6
                            | tail(bytes, i + 3);
                    int beyond = codePoint - 0x10000;
                    text.append((char) (0xd800 + (beyond >> 10))).append((char) (0xdc00 + (beyond & 0x3ff)));
                }
            }
            i += size;
        }
        return text.toString();
    }

    private static int tail(byte[] bytes, int index) {
        return bytes[index] & 0x3f;
    }
}
