package dev.weft.protocol.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Base64 as the reference reads and writes it (spec protocol 2.3). {@link java.util.Base64} differs: it forgives missing
 * padding and non-zero trailing bits, and knows neither both alphabets at once nor {@code %3D} for the padding.
 */
final class Base64Text {
    private static final byte[] ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUES = new byte[256];

    static {
        Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < ALPHABET.length; i++) {
            VALUES[ALPHABET[i]] = (byte) i;
        }
        VALUES['-'] = 62;
        VALUES['_'] = 63;
    }

    private Base64Text() {}

    static int encodedLength(int bytes) {
        return Math.multiplyExact(bytes / 3 + (bytes % 3 == 0 ? 0 : 1), 4);
    }

    /** Writes the standard alphabet, padded; returns the position behind it. */
    static int encode(byte[] source, byte[] target, int position) {
        int at = position;
        int whole = source.length / 3 * 3;
        for (int i = 0; i < whole; i += 3) {
            int bits = (source[i] & 0xff) << 16 | (source[i + 1] & 0xff) << 8 | source[i + 2] & 0xff;
            target[at] = ALPHABET[bits >>> 18];
            target[at + 1] = ALPHABET[bits >>> 12 & 63];
            target[at + 2] = ALPHABET[bits >>> 6 & 63];
            target[at + 3] = ALPHABET[bits & 63];
            at += 4;
        }
        int rest = source.length - whole;
        if (rest > 0) {
            int bits = (source[whole] & 0xff) << 16 | (rest == 2 ? (source[whole + 1] & 0xff) << 8 : 0);
            target[at++] = ALPHABET[bits >>> 18];
            target[at++] = ALPHABET[bits >>> 12 & 63];
            target[at++] = rest == 2 ? ALPHABET[bits >>> 6 & 63] : (byte) '=';
            target[at++] = '=';
        }
        return at;
    }

    /** @throws IllegalArgumentException if the text is not padded base64 */
    static byte[] decode(String text) {
        // Characters outside Latin-1 become '?', which is in neither alphabet.
        byte[] source = text.getBytes(StandardCharsets.ISO_8859_1);
        int digits = digitsBefore(source);
        int rest = digits & 3;
        if (rest == 1) {
            throw new IllegalArgumentException("Base64 ends in the middle of a byte");
        }
        requirePadding(source, digits, rest == 0 ? 0 : 4 - rest);
        byte[] bytes = new byte[(int) (digits * 3L / 4)];
        int at = decodeQuads(source, digits - rest, bytes);
        if (rest > 0) {
            decodeRest(source, digits - rest, rest, bytes, at);
        }
        return bytes;
    }

    private static int digitsBefore(byte[] source) {
        int end = source.length;
        // At most two paddings of at most three characters; anything longer fails as a digit.
        int earliest = Math.max(0, end - 6);
        for (int i = earliest; i < end; i++) {
            if (source[i] == '=' || source[i] == '%') {
                return i;
            }
        }
        return end;
    }

    private static void requirePadding(byte[] source, int from, int count) {
        int at = from;
        for (int i = 0; i < count; i++) {
            if (at < source.length && source[at] == '=') {
                at++;
            } else if (at + 2 < source.length
                    && source[at] == '%'
                    && source[at + 1] == '3'
                    && (source[at + 2] | 0x20) == 'd') {
                at += 3;
            } else {
                throw new IllegalArgumentException("Base64 without padding");
            }
        }
        if (at != source.length) {
            throw new IllegalArgumentException("Base64 with too much padding");
        }
    }

    private static int decodeQuads(byte[] source, int end, byte[] bytes) {
        int at = 0;
        for (int i = 0; i < end; i += 4) {
            int bits = VALUES[source[i] & 0xff] << 18
                    | VALUES[source[i + 1] & 0xff] << 12
                    | VALUES[source[i + 2] & 0xff] << 6
                    | VALUES[source[i + 3] & 0xff];
            // An invalid digit is -1, and its sign survives every shift and every or.
            if (bits < 0) {
                throw new IllegalArgumentException("Not a base64 digit");
            }
            bytes[at] = (byte) (bits >>> 16);
            bytes[at + 1] = (byte) (bits >>> 8);
            bytes[at + 2] = (byte) bits;
            at += 3;
        }
        return at;
    }

    private static void decodeRest(byte[] source, int from, int rest, byte[] bytes, int position) {
        int bits = VALUES[source[from] & 0xff] << 18 | VALUES[source[from + 1] & 0xff] << 12;
        if (rest == 3) {
            bits |= VALUES[source[from + 2] & 0xff] << 6;
        }
        if (bits < 0) {
            throw new IllegalArgumentException("Not a base64 digit");
        }
        if ((bits & (rest == 2 ? 0xffff : 0xff)) != 0) {
            throw new IllegalArgumentException("Base64 with bits behind the last byte");
        }
        bytes[position] = (byte) (bits >>> 16);
        if (rest == 3) {
            bytes[position + 1] = (byte) (bits >>> 8);
        }
    }
}
