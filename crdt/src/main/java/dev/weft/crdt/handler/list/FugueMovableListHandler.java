package dev.weft.crdt.handler.list;

import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.handler.HandlerTags;
import dev.weft.crdt.handler.ValueCodec;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.list.FugueMovableListState.Element;
import dev.weft.crdt.sequence.ElementId;
import dev.weft.crdt.sequence.FugueList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * A list whose elements can be moved and replaced without being doubled by peers that do so at the same time (spec crdt
 * 16.10).
 */
public class FugueMovableListHandler<T> extends Handler<FugueMovableListState<T>, FugueMovableListOperation<T>> {

    /** Meets {@code CRDTFugueMovableListHandler<name>} of a Dart peer. */
    public FugueMovableListHandler(HandlerHost host, String id, DartType<T> element) {
        this(host, id, HandlerTags.fugueMovableList(element.name()), element.codec());
    }

    /** @param type the tag, equal on all peers */
    public FugueMovableListHandler(HandlerHost host, String id, String type, ValueCodec<T> codec) {
        super(host, id, type, new FugueMovableListType<>(codec));
    }

    @Override
    public List<T> value() {
        List<T> values = new ArrayList<>(length());
        positions().toList().forEach(element -> values.add(element.value));
        return Collections.unmodifiableList(values);
    }

    public int length() {
        return positions().size();
    }

    /** @throws IndexOutOfBoundsException if there is no such element */
    public T get(int index) {
        return positions().get(index).value;
    }

    /**
     * Inserts before the index.
     *
     * @throws IndexOutOfBoundsException if the index is negative or past the end
     * @throws IllegalArgumentException if the codec cannot encode the value
     */
    public void insert(int index, T value) {
        insertAll(index, Collections.singletonList(value));
    }

    /** {@link #insert} of several values in one change; none make no change. */
    public void insertAll(int index, List<? extends T> values) {
        Objects.checkIndex(index, length() + 1);
        if (values.isEmpty()) {
            return;
        }
        long counter = state().counters().next(peerId(), 2 * values.size());
        List<FugueMovableListOperation.Item<T>> items = new ArrayList<>(values.size());
        for (T value : values) {
            items.add(new FugueMovableListOperation.Item<>(
                    new ElementId(peerId(), counter), new ElementId(peerId(), counter + 1), value));
            counter += 2;
        }
        ElementId left = positions().idAt(index - 1);
        submit(new FugueMovableListOperation.Insert<>(left, positions().idAt(index), items));
    }

    /**
     * Moves an element.
     *
     * @param from where it is; outside the list, or equal to {@code to}, there is no change
     * @param to where it shall be once it was taken out; clamped
     */
    public void move(int from, int to) {
        int length = length();
        if (from == to || from < 0 || from >= length) {
            return;
        }
        int target = Math.max(0, Math.min(to, length - 1));
        ElementId left = target == 0 ? ElementId.NULL : positions().idAt(without(from, target - 1));
        ElementId right = positions().idAt(without(from, target));
        ElementId identity = positions().get(from).identity;
        ElementId position = new ElementId(peerId(), state().counters().next(peerId(), 1));
        long stamp = prepareMutation().packed();
        submit(new FugueMovableListOperation.Move<>(identity, position, left, right, stamp));
    }

    /** The index in the list of what stands at {@code index} once the element at {@code from} is taken out. */
    private static int without(int from, int index) {
        return index < from ? index : index + 1;
    }

    /** Replaces the element; outside the list there is no change. */
    public void update(int index, T value) {
        if (index < 0 || index >= length()) {
            return;
        }
        ElementId identity = positions().get(index).identity;
        // The reference stamps without ticking, and then ignores the second update within a transaction (W18).
        long stamp = prepareMutation().packed();
        submit(new FugueMovableListOperation.Update<>(
                stamp, List.of(new FugueMovableListOperation.Replacement<>(identity, value))));
    }

    public void delete(int index) {
        delete(index, 1);
    }

    /** Removes elements from the index on; what lies past the end is ignored, and if nothing is left there is no change. */
    public void delete(int index, int count) {
        int length = length();
        if (count <= 0 || index < 0 || index >= length) {
            return;
        }
        List<ElementId> identities = new ArrayList<>();
        for (int i = index; i < index + Math.min(count, length - index); i++) {
            identities.add(positions().get(i).identity);
        }
        submit(new FugueMovableListOperation.Delete<>(identities));
    }

    private FugueList<Element<T>> positions() {
        return state().positions();
    }
}
