package dev.weft.crdt.handler.list;

import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.handler.HandlerTags;
import dev.weft.crdt.handler.ValueCodec;
import dev.weft.crdt.handler.json.DartType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** A list by index (spec crdt 15.2). */
public final class ListHandler<T> extends Handler<List<T>, ListOperation<T>> {

    /** Meets {@code CRDTListHandler<name>} of a Dart peer. */
    public ListHandler(HandlerHost host, String id, DartType<T> element) {
        this(host, id, HandlerTags.list(element.name()), element.codec());
    }

    /** @param type the tag, equal on all peers */
    public ListHandler(HandlerHost host, String id, String type, ValueCodec<T> codec) {
        super(host, id, type, new ListType<>(codec));
    }

    @Override
    public List<T> value() {
        return Collections.unmodifiableList(new ArrayList<>(state()));
    }

    public int length() {
        return state().size();
    }

    /** @throws IndexOutOfBoundsException if there is no such element */
    public T get(int index) {
        return state().get(index);
    }

    /**
     * Inserts before the index; past the end, appends.
     *
     * @throws IndexOutOfBoundsException if the index is negative
     * @throws IllegalArgumentException if the codec cannot encode the value
     */
    public void insert(int index, T value) {
        submit(new ListOperation.Insert<>(requireNotNegative(index), value));
    }

    /** Removes elements from the index on; what lies past the end is ignored. */
    public void delete(int index, int count) {
        submit(new ListOperation.Delete<>(requireNotNegative(index), requireNotNegative(count)));
    }

    /** Replaces the element; past the end, does nothing but make a change, as in the reference. */
    public void update(int index, T value) {
        submit(new ListOperation.Update<>(requireNotNegative(index), value));
    }

    private static int requireNotNegative(int number) {
        return Objects.checkIndex(number, Integer.MAX_VALUE);
    }
}
