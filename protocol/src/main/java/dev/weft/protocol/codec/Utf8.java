package dev.weft.protocol.codec;

import dev.weft.protocol.codec.MalformedMessageException.Reason;

/**
 * Checks that a frame is UTF-8 before the JSON parser sees it. The parser alone would let over-long forms and encoded
 * surrogates pass, and would take a frame that begins with zero bytes for UTF-16 or UTF-32.
 */
final class Utf8 {
    private Utf8() {}

    /** @throws MalformedMessageException if the range is not well-formed UTF-8, or has a zero byte in front */
    static void requireValid(byte[] bytes, int offset, int length) {
        int end = offset + length;
        for (int i = offset; i < Math.min(end, offset + 4); i++) {
            if (bytes[i] == 0) {
                throw malformed();
            }
        }
        int i = offset;
        while (i < end) {
            if (bytes[i] >= 0) {
                i++;
            } else {
                i += sequenceLength(bytes, i, end);
            }
        }
    }

    private static int sequenceLength(byte[] bytes, int at, int end) {
        int lead = bytes[at] & 0xff;
        int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if (lead < 0xc2 || lead > 0xf4 || at + length > end) {
            throw malformed();
        }
        int second = bytes[at + 1] & 0xff;
        // Shorter forms of the same code point, surrogates, and what lies beyond U+10FFFF.
        int from = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        int to = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        boolean tail = second >= from && second <= to;
        for (int i = at + 2; i < at + length; i++) {
            tail &= (bytes[i] & 0xc0) == 0x80;
        }
        if (!tail) {
            throw malformed();
        }
        return length;
    }

    private static MalformedMessageException malformed() {
        return new MalformedMessageException(Reason.NOT_JSON, "Not UTF-8", null);
    }
}
