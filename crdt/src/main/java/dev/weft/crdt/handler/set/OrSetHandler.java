package dev.weft.crdt.handler.set;

import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.handler.HandlerTags;
import dev.weft.crdt.handler.ValueCodec;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.id.OperationId;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A set in which a removal only removes what its author had seen: an add at the same time wins (spec crdt 15.6).
 * Elements should be texts, integers or booleans; Dart peers take equal lists or maps for different elements.
 */
public final class OrSetHandler<T> extends Handler<ObservedRemove<T, T>, OrSetOperation<T>> {

    /** Meets {@code CRDTORSetHandler<name>} of a Dart peer. */
    public OrSetHandler(HandlerHost host, String id, DartType<T> element) {
        this(host, id, HandlerTags.orSet(element.name()), element.codec());
    }

    /** @param type the tag, equal on all peers */
    public OrSetHandler(HandlerHost host, String id, String type, ValueCodec<T> codec) {
        super(host, id, type, new OrSetType<>(codec));
    }

    /** The order may differ between replicas. */
    @Override
    public Set<T> value() {
        Set<T> values = new LinkedHashSet<>();
        state().forEachLive((value, same) -> values.add(value));
        state().forEachSeeded((value, same) -> values.add(value));
        return Collections.unmodifiableSet(values);
    }

    public int size() {
        return state().size();
    }

    public boolean contains(T value) {
        return state().contains(value);
    }

    /** @throws IllegalArgumentException if the codec cannot encode the value */
    public void add(T value) {
        submit(new OrSetOperation.Add<>(value, new OperationId(peerId(), prepareMutation())));
    }

    /** Removes what this replica has seen of the value; makes a change even if that is nothing. */
    public void remove(T value) {
        submit(new OrSetOperation.Remove<>(value, new Removal(state().tagsSeen(value), true)));
    }
}
