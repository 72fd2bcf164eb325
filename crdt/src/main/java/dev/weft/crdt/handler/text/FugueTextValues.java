package dev.weft.crdt.handler.text;

import java.util.Map;

/**
 * The values of several text elements: one UTF-16 unit each. A peer may send any string for an element; those that are
 * not one unit stand in {@code odd}, by their place, with {@link #PLACEHOLDER} among the units.
 */
record FugueTextValues(String units, Map<Integer, String> odd) {
    static final char PLACEHOLDER = '\ufffd';

    static FugueTextValues of(String units) {
        return new FugueTextValues(units, Map.of());
    }

    String valueAt(int index) {
        String value = odd.isEmpty() ? null : odd.get(index);
        return value == null ? units.substring(index, index + 1) : value;
    }
}
