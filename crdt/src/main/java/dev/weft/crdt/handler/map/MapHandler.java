package dev.weft.crdt.handler.map;

import dev.weft.crdt.codec.StrictUtf8;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.handler.HandlerTags;
import dev.weft.crdt.handler.ValueCodec;
import dev.weft.crdt.handler.json.DartType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A map with text keys; the last write to a key wins (spec crdt 15.3). */
public class MapHandler<T> extends Handler<MapState<T>, MapOperation<T>> {

    /** Meets {@code CRDTMapHandler<name>} of a Dart peer. */
    public MapHandler(HandlerHost host, String id, DartType<T> values) {
        this(host, id, HandlerTags.map(values.name()), values.codec());
    }

    /** @param type the tag, equal on all peers */
    public MapHandler(HandlerHost host, String id, String type, ValueCodec<T> codec) {
        super(host, id, type, new MapType<>(codec));
    }

    /** In the order in which the keys became present. */
    @Override
    public Map<String, T> value() {
        Map<String, T> map = new LinkedHashMap<>();
        state().entries().forEach(entry -> map.put(entry.key(), entry.value()));
        return Collections.unmodifiableMap(map);
    }

    public int size() {
        return state().size();
    }

    public boolean containsKey(String key) {
        return state().contains(key);
    }

    /** Null if the key is absent, or present with null. */
    public T get(String key) {
        return state().get(key);
    }

    /**
     * @throws IllegalArgumentException if the key would not survive UTF-8 (a lone surrogate, a leading byte order mark)
     *     or the codec cannot encode the value
     */
    public void set(String key, T value) {
        submit(new MapOperation.Put<>(requireKey(key), value));
    }

    /** Replaces the value if, when all changes are in order, the key is present; otherwise does nothing. */
    public void update(String key, T value) {
        submit(new MapOperation.Update<>(requireKey(key), value));
    }

    public void delete(String key) {
        submit(new MapOperation.Delete<>(requireKey(key)));
    }

    private static String requireKey(String key) {
        if (!StrictUtf8.isRoundTripSafe(key)) {
            throw new IllegalArgumentException("A key other peers would read differently");
        }
        return key;
    }
}
