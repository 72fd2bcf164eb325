package dev.weft.protocol.codec;

import dev.weft.crdt.handler.json.JsonValueCodec;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * JSON text as the reference writes it, straight into a byte array: no blanks, no escapes but the necessary ones, lone
 * surrogates as escapes in hex. Not thread-safe.
 */
final class JsonOutput {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes;
    private int size;

    JsonOutput(int capacity) {
        this.bytes = new byte[Math.max(64, capacity)];
    }

    byte[] toByteArray() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }

    JsonOutput ascii(byte[] text) {
        ensure(text.length);
        System.arraycopy(text, 0, bytes, size, text.length);
        size += text.length;
        return this;
    }

    JsonOutput ascii(char unit) {
        ensure(1);
        bytes[size++] = (byte) unit;
        return this;
    }

    JsonOutput number(long value) {
        return ascii(Long.toString(value).getBytes(StandardCharsets.ISO_8859_1));
    }

    JsonOutput base64(byte[] blob) {
        ensure(Base64Text.encodedLength(blob.length) + 2);
        bytes[size++] = '"';
        size = Base64Text.encode(blob, bytes, size);
        bytes[size++] = '"';
        return this;
    }

    JsonOutput string(String text) {
        int length = text.length();
        ensure(length + 2);
        bytes[size++] = '"';
        int i = 0;
        while (i < length) {
            char unit = text.charAt(i);
            if (unit < ' ' || unit >= 0x80 || unit == '"' || unit == '\\') {
                break;
            }
            bytes[size++] = (byte) unit;
            i++;
        }
        for (; i < length; i++) {
            // Six for the longest escape, the rest for everything still to come, so that this rarely grows.
            ensure(6 + length - i);
            char unit = text.charAt(i);
            if (Character.isHighSurrogate(unit) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
                codePoint(Character.toCodePoint(unit, text.charAt(++i)));
            } else {
                unit(unit);
            }
        }
        return ascii('"');
    }

    private void unit(char unit) {
        if (unit == '"' || unit == '\\') {
            escape(unit);
        } else if (unit < ' ') {
            control(unit);
        } else if (unit < 0x80) {
            bytes[size++] = (byte) unit;
        } else if (unit < 0x800) {
            bytes[size++] = (byte) (0xc0 | unit >> 6);
            bytes[size++] = (byte) (0x80 | unit & 0x3f);
        } else if (Character.isSurrogate(unit)) {
            escapeHex(unit);
        } else {
            bytes[size++] = (byte) (0xe0 | unit >> 12);
            bytes[size++] = (byte) (0x80 | unit >> 6 & 0x3f);
            bytes[size++] = (byte) (0x80 | unit & 0x3f);
        }
    }

    private void codePoint(int codePoint) {
        bytes[size++] = (byte) (0xf0 | codePoint >> 18);
        bytes[size++] = (byte) (0x80 | codePoint >> 12 & 0x3f);
        bytes[size++] = (byte) (0x80 | codePoint >> 6 & 0x3f);
        bytes[size++] = (byte) (0x80 | codePoint & 0x3f);
    }

    private void control(char unit) {
        switch (unit) {
            case '\b' -> escape('b');
            case '\t' -> escape('t');
            case '\n' -> escape('n');
            case '\f' -> escape('f');
            case '\r' -> escape('r');
            default -> escapeHex(unit);
        }
    }

    private void escape(char letter) {
        bytes[size++] = '\\';
        bytes[size++] = (byte) letter;
    }

    private void escapeHex(char unit) {
        escape('u');
        for (int shift = 12; shift >= 0; shift -= 4) {
            bytes[size++] = HEX[unit >> shift & 15];
        }
    }

    /**
     * Any JSON value: null, text, boolean, number, list or map with text keys.
     *
     * @throws IllegalArgumentException for anything else, and for numbers JSON cannot write
     */
    JsonOutput value(Object value) {
        if (value == null) {
            return ascii(Json.NULL);
        } else if (value instanceof String text) {
            return string(text);
        } else if (value instanceof Boolean bool) {
            return ascii(bool ? Json.TRUE : Json.FALSE);
        } else if (value instanceof Long
                || value instanceof Integer
                || value instanceof Short
                || value instanceof Byte) {
            return number(((Number) value).longValue());
        } else if (value instanceof Double || value instanceof Float) {
            return ascii(JsonValueCodec.toJson(((Number) value).doubleValue()).getBytes(StandardCharsets.US_ASCII));
        } else if (value instanceof List<?> list) {
            return list(list);
        } else if (value instanceof Map<?, ?> map) {
            return map(map);
        }
        throw new IllegalArgumentException(
                "Not a JSON value: " + value.getClass().getName());
    }

    private JsonOutput list(List<?> list) {
        char separator = '[';
        for (Object element : list) {
            ascii(separator).value(element);
            separator = ',';
        }
        return list.isEmpty() ? ascii('[').ascii(']') : ascii(']');
    }

    private JsonOutput map(Map<?, ?> map) {
        char separator = '{';
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getKey() instanceof String key)) {
                throw new IllegalArgumentException("A JSON key must be text: " + entry.getKey());
            }
            ascii(separator).string(key).ascii(':').value(entry.getValue());
            separator = ',';
        }
        return map.isEmpty() ? ascii('{').ascii('}') : ascii('}');
    }

    private void ensure(int more) {
        int wanted = size + more;
        if (wanted < 0) {
            throw new IllegalStateException("A frame of more than 2 GiB");
        }
        if (wanted > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(wanted, (int) Math.min(Integer.MAX_VALUE - 8L, bytes.length * 2L)));
        }
    }
}
