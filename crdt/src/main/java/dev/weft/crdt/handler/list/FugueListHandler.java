package dev.weft.crdt.handler.list;

import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.handler.HandlerTags;
import dev.weft.crdt.handler.ValueCodec;
import dev.weft.crdt.handler.fugue.FugueHandler;
import dev.weft.crdt.handler.json.DartType;
import java.util.Collections;
import java.util.List;

/**
 * A list whose elements keep their place among their neighbours (spec crdt 16.8). Concurrent updates of one element
 * leave both replacements; a {@link FugueMovableListHandler} keeps one.
 */
public class FugueListHandler<T> extends FugueHandler<FugueListState<T>, Object[]> {

    /** Meets {@code CRDTFugueListHandler<name>} of a Dart peer. */
    public FugueListHandler(HandlerHost host, String id, DartType<T> element) {
        this(host, id, HandlerTags.fugueList(element.name()), element.codec());
    }

    /** @param type the tag, equal on all peers */
    public FugueListHandler(HandlerHost host, String id, String type, ValueCodec<T> codec) {
        super(host, id, type, new FugueListType<>(codec));
    }

    @Override
    public List<T> value() {
        return Collections.unmodifiableList(state().tree().toList());
    }

    public int length() {
        return state().tree().size();
    }

    /** @throws IndexOutOfBoundsException if there is no such element */
    public T get(int index) {
        return state().tree().get(index);
    }

    /**
     * Inserts before the index; past the end, appends.
     *
     * @throws IndexOutOfBoundsException if the index is negative
     * @throws IllegalArgumentException if the codec cannot encode the value
     */
    public void insert(int index, T value) {
        insertAll(index, Collections.singletonList(value));
    }

    /** {@link #insert} of several values in one change; none make no change. */
    public void insertAll(int index, List<? extends T> values) {
        insertValues(index, values.size(), values.toArray());
    }

    /**
     * Replaces the element; past the end, does nothing.
     *
     * @throws IndexOutOfBoundsException if the index is negative
     */
    public void update(int index, T value) {
        int count = requireNotNegative(index) < length() ? 1 : 0;
        replaceValues(index, count, new Object[] {value});
    }
}
