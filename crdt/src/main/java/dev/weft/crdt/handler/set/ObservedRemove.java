package dev.weft.crdt.handler.set;

import dev.weft.crdt.handler.OpaqueValue;
import dev.weft.crdt.id.OperationId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * What is present under which key, when adding and removing may happen at once (spec crdt 15.6, 15.7). Not
 * thread-safe.
 *
 * @param <K> keys; elements of a set
 * @param <V> values; for a set the element again
 */
public final class ObservedRemove<K, V> {
    /*
     * Each add carries a tag nobody else has. A removal names the tags its author had seen for the key and kills those,
     * so an add the author had not seen survives it. A killed tag is remembered: its add may arrive later. All of this
     * commutes, so changes may be folded in any causal order.
     *
     * A snapshot keeps no tags. What comes from one is "seeded": present without a tag, and removed by any removal that
     * says so (removeAll). Our removals always say so. The reference only does when it knows no tag, and then a replica
     * with the whole history and one seeded from a snapshot part ways (spec crdt W15).
     */

    /**
     * How many tags of one key are remembered for removals, dead ones included. The reference names all it ever saw,
     * and a value switched on and off all day makes every removal longer than the one before. The dead ones are
     * dispensable: whoever takes in a removal has taken in those it builds on.
     */
    static final int TAGS_REMEMBERED_MAX = 256;

    private final Map<Object, Present<K, V>> live = new LinkedHashMap<>();
    private final Map<Object, Present<K, V>> seeded = new LinkedHashMap<>();
    private final Map<Object, Set<OperationId>> seen = new LinkedHashMap<>();
    private final Set<OperationId> tombstones = new HashSet<>();

    public void seed(K key, V value) {
        seeded.put(identityOf(key), new Present<>(key, null, value));
    }

    public void add(K key, V value, OperationId tag) {
        Object identity = identityOf(key);
        seen.computeIfAbsent(identity, any -> new LinkedHashSet<>(2)).add(tag);
        seeded.remove(identity);
        if (tombstones.contains(tag)) {
            return;
        }
        Present<K, V> present = live.get(identity);
        if (present == null) {
            live.put(identity, new Present<>(key, tag, value));
        } else {
            present.add(tag, value);
        }
    }

    public void remove(K key, Collection<OperationId> tags, boolean removeAll) {
        Object identity = identityOf(key);
        if (removeAll) {
            seeded.remove(identity);
        }
        tombstones.addAll(tags);
        forgetDeadTags(identity);
        Present<K, V> present = live.get(identity);
        if (present != null && present.removeAll(tags)) {
            live.remove(identity);
        }
    }

    private void forgetDeadTags(Object identity) {
        Set<OperationId> tags = seen.get(identity);
        if (tags != null && tags.size() > TAGS_REMEMBERED_MAX) {
            tags.removeIf(tombstones::contains);
        }
    }

    /**
     * The tags seen for the key in the order in which they came; of removed ones no more than
     * {@link #TAGS_REMEMBERED_MAX}.
     */
    public List<OperationId> tagsSeen(K key) {
        return List.copyOf(seen.getOrDefault(identityOf(key), Set.of()));
    }

    public boolean contains(K key) {
        Object identity = identityOf(key);
        return live.containsKey(identity) || seeded.containsKey(identity);
    }

    /** The value of the greatest tag, or the seeded one; null if absent. */
    public V get(K key) {
        Object identity = identityOf(key);
        Present<K, V> present = live.getOrDefault(identity, seeded.get(identity));
        return present == null ? null : present.value();
    }

    public int size() {
        return live.size() + seeded.size();
    }

    public void forEachLive(BiConsumer<? super K, ? super V> visitor) {
        live.values().forEach(present -> visitor.accept(present.key, present.value()));
    }

    public void forEachSeeded(BiConsumer<? super K, ? super V> visitor) {
        seeded.values().forEach(present -> visitor.accept(present.key, present.value()));
    }

    /** What stands for a key in comparisons. In Dart 1 and 1.0 are equal, and so they must be here; arrays compare by content. */
    private static Object identityOf(Object key) {
        if (key instanceof Double || key instanceof Float) {
            double number = ((Number) key).doubleValue();
            long integer = (long) number;
            // Beyond 2^53 a double is still equal to the integer it stands for; beyond 64 bits there is none.
            boolean fits = integer == number && integer != Long.MAX_VALUE;
            return fits ? (Object) integer : (Object) number;
        }
        if (key instanceof Integer || key instanceof Short || key instanceof Byte) {
            return ((Number) key).longValue();
        }
        if (key instanceof byte[] bytes) {
            return new OpaqueValue(bytes);
        }
        return key;
    }

    /** A key and the adds of it nobody has removed; the greatest tag decides the value. */
    private static final class Present<K, V> {
        private final K key;
        private OperationId greatest;
        private V value;
        /** The other entries; null while there are none, which is the usual case. */
        private List<Entry<V>> others;

        Present(K key, OperationId tag, V value) {
            this.key = key;
            this.greatest = tag;
            this.value = value;
        }

        V value() {
            return value;
        }

        void add(OperationId tag, V added) {
            if (tag.equals(greatest)) {
                return;
            }
            if (others == null) {
                others = new ArrayList<>(2);
            }
            if (tag.compareTo(greatest) < 0) {
                others.add(new Entry<>(tag, added));
                return;
            }
            others.add(new Entry<>(greatest, value));
            greatest = tag;
            value = added;
        }

        /** @return whether nothing is left */
        boolean removeAll(Collection<OperationId> tags) {
            Collection<OperationId> gone = others != null && tags.size() > 4 ? new HashSet<>(tags) : tags;
            if (others != null) {
                others.removeIf(entry -> gone.contains(entry.tag));
            }
            if (!gone.contains(greatest)) {
                return false;
            }
            if (others == null || others.isEmpty()) {
                return true;
            }
            promote();
            return false;
        }

        private void promote() {
            int best = 0;
            for (int i = 1; i < others.size(); i++) {
                if (others.get(i).tag.compareTo(others.get(best).tag) > 0) {
                    best = i;
                }
            }
            Entry<V> next = others.remove(best);
            greatest = next.tag;
            value = next.value;
        }
    }

    private record Entry<V>(OperationId tag, V value) {}
}
