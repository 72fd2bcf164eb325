package dev.weft.crdt.handler.map;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A map in the order in which its keys became present. Unlike in a linked map, an entry can be put back where it was,
 * which taking back a removal needs. Not thread-safe.
 */
public final class MapState<V> {
    private final Map<String, Entry<V>> byKey = new HashMap<>();
    private final TreeMap<Long, Entry<V>> byPlace = new TreeMap<>();
    private long nextPlace;

    MapState() {}

    int size() {
        return byKey.size();
    }

    boolean contains(String key) {
        return byKey.containsKey(key);
    }

    V get(String key) {
        Entry<V> entry = byKey.get(key);
        return entry == null ? null : entry.value;
    }

    /** Null if the key is absent. */
    Entry<V> find(String key) {
        return byKey.get(key);
    }

    /** In order. A view. */
    Collection<Entry<V>> entries() {
        return byPlace.values();
    }

    void append(String key, V value) {
        restore(new Entry<>(key, value, nextPlace++));
    }

    /** Undoes the last {@link #append} that was not undone. */
    void removeLast(String key) {
        remove(key);
        nextPlace--;
    }

    Entry<V> remove(String key) {
        Entry<V> entry = byKey.remove(key);
        if (entry != null) {
            byPlace.remove(entry.place);
        }
        return entry;
    }

    void restore(Entry<V> entry) {
        byKey.put(entry.key, entry);
        byPlace.put(entry.place, entry);
    }

    static final class Entry<V> {
        private final String key;
        private final long place;
        private V value;

        private Entry(String key, V value, long place) {
            this.key = key;
            this.value = value;
            this.place = place;
        }

        String key() {
            return key;
        }

        V value() {
            return value;
        }

        V replace(V newValue) {
            V before = value;
            value = newValue;
            return before;
        }
    }
}
