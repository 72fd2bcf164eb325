package dev.weft.crdt.document;

import dev.weft.crdt.change.ChangeStore;
import dev.weft.crdt.change.HandlerName;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Computes the state of one handler from history (spec crdt 13.1): the snapshot's blob, then every operation the
 * snapshot does not cover, in replay order. This is the definition of every value; everything faster must give the
 * same. One use each; it can go on when more changes become visible.
 */
final class Replay<S, O extends Operation> {
    private final ChangeStore store;
    private final DataType<S, O> type;
    private final int[] ordinals;
    private final S state;
    private final boolean seedIsMalformed;
    private int next;
    private OperationId newest;
    private int skipped;
    /* Where to fold so that it can be taken back; null if nobody will want to. */
    private FoldedTail<S, O> tail;

    /**
     * @param snapshot may be null
     * @param exists which changes there are, as far as this replay goes
     */
    Replay(ChangeStore store, Snapshot snapshot, IntPredicate exists, HandlerName name, DataType<S, O> type) {
        this.store = store;
        this.type = type;
        VersionVector covered = snapshot == null ? VersionVector.EMPTY : snapshot.versionVector();
        this.ordinals = Arrays.stream(store.ordinalsNewerThan(covered, name))
                .filter(exists)
                .toArray();
        store.sortForReplay(ordinals);
        S seed = seed(snapshot, name.id(), type);
        this.seedIsMalformed = seed == null;
        this.state = seedIsMalformed ? type.emptyState() : seed;
    }

    /** The state after all operations there are, the newest of which can be taken back by the tail. */
    static <S, O extends Operation> Replay<S, O> complete(
            ChangeStore store, Snapshot snapshot, HandlerName name, DataType<S, O> type, FoldedTail<S, O> tail) {
        Replay<S, O> replay = new Replay<>(store, snapshot, ordinal -> true, name, type);
        replay.tail = tail;
        tail.reset();
        replay.advance(ordinal -> true);
        return replay;
    }

    /**
     * Folds the operations that are visible, up to the first that is not.
     *
     * @return false if something already folded is not visible: there is no way back, the replay must start over
     */
    boolean advance(IntPredicate visible) {
        if (next > 0 && !visible.test(ordinals[next - 1])) {
            return false;
        }
        while (next < ordinals.length && visible.test(ordinals[next])) {
            fold(store.idAt(ordinals[next]), ordinals[next]);
            next++;
        }
        return true;
    }

    private void fold(OperationId id, int ordinal) {
        newest = id;
        O operation = decode(store, ordinal, type);
        if (operation == null) {
            skipped++;
        } else if (tail == null) {
            type.apply(state, operation);
        } else {
            tail.fold(state, id, operation);
        }
    }

    /** The operation, or null if its body is malformed or its kind unknown: it is skipped then (spec crdt W5). */
    static <O extends Operation> O decode(ChangeStore store, int ordinal, DataType<?, O> type) {
        ChangeStore.StoredOperation stored = store.operationAt(ordinal);
        try {
            return type.decodeOperation(stored.kind(), stored.body());
        } catch (CrdtFormatException malformed) {
            return null;
        }
    }

    /** The state a snapshot holds, an empty one if it holds none; null if the blob is not of this type. */
    static <S> S seed(Snapshot snapshot, String handlerId, DataType<S, ?> type) {
        byte[] blob = snapshot == null ? null : snapshot.data().get(handlerId);
        if (blob == null) {
            return type.emptyState();
        }
        try {
            return type.decodeState(new ByteReader(blob));
        } catch (CrdtFormatException malformed) {
            return null;
        }
    }

    S state() {
        return state;
    }

    /** The last folded operation in replay order; null if there was none. */
    OperationId newest() {
        return newest;
    }

    /** Whether the snapshot has a blob that is not of this type; the state began empty then. */
    boolean seedIsMalformed() {
        return seedIsMalformed;
    }

    /** How many operations were not folded because their body is malformed or their kind unknown. */
    int skipped() {
        return skipped;
    }
}
