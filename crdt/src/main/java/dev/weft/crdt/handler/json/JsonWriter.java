package dev.weft.crdt.handler.json;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.Map;

/** Writes JSON exactly as the Dart side does: the escapes, the digits of doubles, no spaces (spec crdt 14.1). */
final class JsonWriter {
    private static final String HEX = "0123456789abcdef";

    private final StringBuilder text = new StringBuilder();

    private JsonWriter() {}

    static String write(Object value) {
        JsonWriter writer = new JsonWriter();
        writer.append(value, 0);
        return writer.text.toString();
    }

    private void append(Object value, int depth) {
        if (value == null || value instanceof Boolean) {
            text.append(value);
        } else if (value instanceof String string) {
            appendString(string);
        } else if (value instanceof Number number) {
            appendNumber(number);
        } else if (depth == JsonValueCodec.DEPTH_MAX) {
            throw new IllegalArgumentException("JSON value deeper than " + JsonValueCodec.DEPTH_MAX);
        } else if (value instanceof Iterable<?> list) {
            appendList(list, depth + 1);
        } else if (value instanceof Map<?, ?> map) {
            appendMap(map, depth + 1);
        } else {
            throw new IllegalArgumentException("No JSON for " + value.getClass().getName());
        }
    }

    private void appendNumber(Number number) {
        if (number instanceof Long || number instanceof Integer || number instanceof Short || number instanceof Byte) {
            text.append(number.longValue());
        } else if (number instanceof Double || number instanceof Float) {
            text.append(DartDouble.toString(number.doubleValue()));
        } else if (number instanceof BigInteger whole && whole.bitLength() >= Long.SIZE) {
            throw new IllegalArgumentException("a whole number does not fit into 64 bits");
        } else {
            throw new IllegalArgumentException(
                    "No JSON for " + number.getClass().getName());
        }
    }

    private void appendList(Iterable<?> list, int depth) {
        text.append('[');
        for (Iterator<?> items = list.iterator(); items.hasNext(); ) {
            append(items.next(), depth);
            if (items.hasNext()) {
                text.append(',');
            }
        }
        text.append(']');
    }

    private void appendMap(Map<?, ?> map, int depth) {
        text.append('{');
        boolean first = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getKey() instanceof String key)) {
                throw new IllegalArgumentException("A JSON object has text keys, not " + entry.getKey());
            }
            if (!first) {
                text.append(',');
            }
            first = false;
            appendString(key);
            text.append(':');
            append(entry.getValue(), depth);
        }
        text.append('}');
    }

    private void appendString(String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char unit = string.charAt(i);
            if (unit == '"' || unit == '\\') {
                text.append('\\').append(unit);
            } else if (unit < 0x20) {
                appendControl(unit);
            } else if (!Character.isSurrogate(unit)) {
                text.append(unit);
            } else if (i + 1 < string.length() && Character.isSurrogatePair(unit, string.charAt(i + 1))) {
                text.append(unit).append(string.charAt(++i));
            } else {
                appendUnicodeEscape(unit);
            }
        }
        text.append('"');
    }

    private void appendControl(char unit) {
        switch (unit) {
            case '\b' -> text.append("\\b");
            case '\t' -> text.append("\\t");
            case '\n' -> text.append("\\n");
            case '\f' -> text.append("\\f");
            case '\r' -> text.append("\\r");
            default -> appendUnicodeEscape(unit);
        }
    }

    private void appendUnicodeEscape(char unit) {
        text.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            text.append(HEX.charAt(unit >> shift & 0xf));
        }
    }
}
