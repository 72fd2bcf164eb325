package dev.weft.crdt.document;

import dev.weft.crdt.change.ChangeStore;
import dev.weft.crdt.change.HandlerName;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import java.util.function.IntPredicate;

/**
 * Computes states from history (spec crdt 13.1): the snapshot's blob, then every operation the snapshot does not cover,
 * in replay order. This is the definition of every value; everything faster must give the same.
 *
 * @param snapshot may be null
 * @param visible which changes exist for this replay
 */
record Replay(ChangeStore store, Snapshot snapshot, IntPredicate visible) {

    /**
     * @param state the state after the last operation
     * @param newest the last operation in replay order; null if there was none
     * @param seedIsMalformed whether the snapshot has a blob that is not of this type; the state began empty then
     * @param skipped operations of this handler whose body is malformed or whose kind the type does not implement
     */
    record Result<S>(S state, OperationId newest, boolean seedIsMalformed, int skipped) {}

    <S, O extends Operation> Result<S> run(HandlerName name, DataType<S, O> type) {
        S seed = seed(name.id(), type);
        boolean seedIsMalformed = seed == null;
        S state = seedIsMalformed ? type.emptyState() : seed;
        int[] ordinals = store.ordinalsOf(name);
        store.sortForReplay(ordinals);
        VersionVector covered = snapshot == null ? VersionVector.EMPTY : snapshot.versionVector();
        OperationId newest = null;
        int skipped = 0;
        for (int ordinal : ordinals) {
            OperationId id = store.idAt(ordinal);
            if (!visible.test(ordinal) || covered.covers(id)) {
                continue;
            }
            newest = id;
            O operation = decode(store, ordinal, type);
            if (operation == null) {
                skipped++;
            } else {
                type.apply(state, operation);
            }
        }
        return new Result<>(state, newest, seedIsMalformed, skipped);
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

    private <S> S seed(String handlerId, DataType<S, ?> type) {
        byte[] blob = snapshot == null || handlerId.startsWith(Snapshot.RESERVED_PREFIX)
                ? null
                : snapshot.data().get(handlerId);
        if (blob == null) {
            return type.emptyState();
        }
        try {
            return type.decodeState(new ByteReader(blob));
        } catch (CrdtFormatException malformed) {
            return null;
        }
    }
}
