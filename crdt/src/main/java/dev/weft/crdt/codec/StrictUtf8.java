package dev.weft.crdt.codec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * UTF-8 as ids, keys and JSON use it (spec crdt 1.2). Differs from {@code String.getBytes} and {@code new String} in
 * three ways: a lone surrogate is written as U+FFFD, malformed bytes are refused, and a leading byte order mark is
 * dropped on reading.
 */
public final class StrictUtf8 {
    private StrictUtf8() {}

    public static byte[] encode(String text) {
        return (hasLoneSurrogate(text) ? replaceLoneSurrogates(text) : text).getBytes(StandardCharsets.UTF_8);
    }

    public static String decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length, "text");
    }

    /** @throws CrdtFormatException if the range is not well-formed UTF-8 */
    public static String decode(byte[] bytes, int offset, int length, String what) {
        if (isAscii(bytes, offset, length)) {
            return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, offset, length))
                    .toString();
            return text.charAt(0) == '\ufeff' ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new CrdtFormatException("Malformed UTF-8 in " + what, e);
        }
    }

    /** Whether the text comes back unchanged after a round trip: no lone surrogate, no leading byte order mark. */
    public static boolean isRoundTripSafe(String text) {
        return !text.startsWith("\ufeff") && !hasLoneSurrogate(text);
    }

    private static boolean isAscii(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    private static String replaceLoneSurrogates(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (!Character.isSurrogate(unit)) {
                clean.append(unit);
            } else if (i + 1 < text.length() && Character.isSurrogatePair(unit, text.charAt(i + 1))) {
                clean.append(unit).append(text.charAt(++i));
            } else {
                clean.append('\ufffd');
            }
        }
        return clean.toString();
    }
}
