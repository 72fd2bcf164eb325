package dev.weft.crdt.handler;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;

/**
 * A data type as functions on a state: what an empty one is, how operations look in bytes, what they do, and what a
 * snapshot keeps. Knows no document, no handler and no clock, so that the same code runs behind a handler with decoded
 * values and in a relay that only has value bytes (give it {@link OpaqueValue#CODEC}).
 *
 * <p>The value of a handler is defined as a replay (spec crdt 13.1): {@link #decodeState} of the snapshot's blob, or
 * {@link #emptyState}, then {@link #apply} of every newer operation in replay order. The document keeps states between
 * reads and advances them; whatever it does, the result equals that replay.
 *
 * <p>Stateless and thread-safe; the states are not.
 *
 * @param <S> the state, mutable, touched by one thread
 * @param <O> the operations
 */
public interface DataType<S, O extends Operation> {

    /** A new state for a handler no snapshot knows. */
    S emptyState();

    /**
     * A new state from the blob of a snapshot. Reads untrusted bytes.
     *
     * @throws dev.weft.crdt.codec.CrdtFormatException if the blob is not one of this type; the document then keeps the
     *     blob as it is and replays on {@link #emptyState}
     */
    S decodeState(ByteReader blob);

    /** Writes the blob a snapshot keeps of this state. */
    void encodeState(S state, ByteWriter blob);

    /**
     * Whether nothing is lost by a snapshot of this state: read back, it takes every operation that is newer in replay
     * order just as this one does, also those of peers who still hold the history. Only then may history be replaced by
     * the snapshot where others go on from history (spec crdt W15, W16). Not unless a type says so.
     */
    default boolean outlivesSnapshot(S state) {
        return false;
    }

    /**
     * Reads the whole body, before anything is applied. Reads untrusted bytes; trailing bytes are ignored.
     *
     * @return null if this type does not implement the kind; the operation is then ignored
     * @throws dev.weft.crdt.codec.CrdtFormatException if the body is malformed; the operation is then skipped
     */
    O decodeOperation(int kind, ByteReader body);

    /**
     * Writes the body of a local operation.
     *
     * @throws IllegalArgumentException if a value cannot be encoded; the edit is then refused and leaves no trace
     */
    void encodeOperation(O operation, ByteWriter body);

    /**
     * Folds an operation that is newer, in replay order, than all folded so far. Must not throw for anything
     * {@link #decodeOperation} returns: what makes no sense in this state does nothing.
     */
    void apply(S state, O operation);

    /** What {@link #applyReversibly} returns for an operation that changed nothing. */
    Runnable NOTHING = () -> {};

    /**
     * {@link #apply}, telling how to take it back. Lets a document fold an operation that arrives late by taking back
     * the newer ones and folding them again, rather than by replaying all history. Operations are taken back in reverse
     * order, so the step meets the state this operation left.
     *
     * @return null if this type cannot, for this and every other operation; it was folded all the same
     */
    default Runnable applyReversibly(S state, O operation) {
        apply(state, operation);
        return null;
    }

    /**
     * Folds an operation that is not newer than all folded so far, though all it depends on was folded. Types whose
     * operations commute override this with {@link #apply}; a type may also look whether this one does.
     *
     * @return false if the result may differ from a replay. The state is then thrown away, in whatever condition it is
     */
    default boolean applyOutOfOrder(S state, O operation) {
        return false;
    }

    /**
     * One operation that does what two adjacent operations of one transaction do, in every state a replica may be in.
     * Only for types that can take operations back.
     *
     * @return null if there is none
     */
    default O compound(O first, O second) {
        return null;
    }
}
