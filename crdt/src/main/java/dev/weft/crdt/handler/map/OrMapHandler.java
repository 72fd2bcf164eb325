package dev.weft.crdt.handler.map;

import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.handler.HandlerTags;
import dev.weft.crdt.handler.ValueCodec;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.set.ObservedRemove;
import dev.weft.crdt.handler.set.Removal;
import dev.weft.crdt.id.OperationId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A map in which a removal only removes the puts its author had seen: a put at the same time wins, and of several the
 * one with the greatest stamp (spec crdt 15.7). Keys should be texts, integers or booleans; Dart peers take equal lists
 * or maps for different keys.
 */
public final class OrMapHandler<K, V> extends Handler<ObservedRemove<K, V>, OrMapOperation<K, V>> {

    /** Meets {@code CRDTORMapHandler<key, value>} of a Dart peer. */
    public OrMapHandler(HandlerHost host, String id, DartType<K> keys, DartType<V> values) {
        this(host, id, HandlerTags.orMap(keys.name(), values.name()), new OrMapType<>(keys.codec(), values.codec()));
    }

    /** @param type the tag, equal on all peers */
    public OrMapHandler(HandlerHost host, String id, String type, ValueCodec<K> keyCodec, ValueCodec<V> valueCodec) {
        this(host, id, type, new OrMapType<>(keyCodec, valueCodec));
    }

    private OrMapHandler(HandlerHost host, String id, String type, OrMapType<K, V> dataType) {
        super(host, id, type, dataType);
    }

    /** The order may differ between replicas. */
    @Override
    public Map<K, V> value() {
        Map<K, V> map = new LinkedHashMap<>();
        state().forEachSeeded(map::put);
        state().forEachLive(map::put);
        return Collections.unmodifiableMap(map);
    }

    public int size() {
        return state().size();
    }

    public boolean containsKey(K key) {
        return state().contains(key);
    }

    /** Null if the key is absent, or present with null. */
    public V get(K key) {
        return state().get(key);
    }

    /** @throws IllegalArgumentException if a codec cannot encode the key or the value */
    public void put(K key, V value) {
        submit(new OrMapOperation.Put<>(key, value, new OperationId(peerId(), prepareMutation())));
    }

    /** Removes what this replica has seen under the key; makes a change even if that is nothing. */
    public void remove(K key) {
        submit(new OrMapOperation.Remove<>(key, new Removal(state().tagsSeen(key), true)));
    }
}
