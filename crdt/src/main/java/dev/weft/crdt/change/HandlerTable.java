package dev.weft.crdt.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The handlers a history speaks of, numbered in order of appearance, and which changes edit each. */
final class HandlerTable {
    private final List<Entry> entries = new ArrayList<>();
    private final Map<HandlerName, Integer> indexes = new HashMap<>();
    private int lastFound;

    private record Entry(HandlerName name, byte[] prefix, IntList ordinals) {}

    int size() {
        return entries.size();
    }

    HandlerName name(int index) {
        return entries.get(index).name;
    }

    /** The canonical bytes an envelope of this handler begins with. */
    byte[] prefix(int index) {
        return entries.get(index).prefix;
    }

    /** The changes that edit the handler, in arrival order. */
    IntList ordinals(int index) {
        return entries.get(index).ordinals;
    }

    int indexOf(HandlerName name) {
        return indexes.getOrDefault(name, -1);
    }

    int intern(HandlerName name) {
        Integer known = indexes.get(name);
        if (known != null) {
            return known;
        }
        entries.add(new Entry(name, name.encode(), new IntList()));
        indexes.put(name, entries.size() - 1);
        return entries.size() - 1;
    }

    /** The handler whose canonical prefix the payload begins with, if it is the one found last; -1 otherwise. */
    int guess(byte[] bytes, int payloadOffset) {
        if (entries.isEmpty()) {
            return -1;
        }
        byte[] prefix = entries.get(lastFound).prefix;
        return startsWith(bytes, payloadOffset, prefix) ? lastFound : -1;
    }

    void found(int index) {
        lastFound = index;
    }

    /** Whether there is the prefix and at least a kind byte behind it. */
    static boolean startsWith(byte[] bytes, int offset, byte[] prefix) {
        return bytes.length - offset > prefix.length
                && Arrays.equals(bytes, offset, offset + prefix.length, prefix, 0, prefix.length);
    }
}
