package dev.weft.crdt.document;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.handler.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What waits for the outermost transaction to end: local operations, and notices to listeners (spec crdt 12.9). There
 * is no rollback.
 */
final class Transaction {
    private int depth;
    private List<Pending<?, ?>> pending = new ArrayList<>();
    private List<Change> localChanges = new ArrayList<>();
    private boolean updated;
    private boolean mayMerge = true;

    /** A local operation and its body. */
    record Pending<S, O extends Operation>(AttachedHandler<S, O> handler, O operation, byte[] body) {
        /** One operation in place of this and the next, or null. */
        Pending<S, O> merge(Pending<?, ?> next) {
            if (next.handler != handler) {
                return null;
            }
            @SuppressWarnings("unchecked")
            O nextOperation = (O) next.operation;
            O merged = handler.type().compound(operation, nextOperation);
            if (merged == null) {
                return null;
            }
            ByteWriter writer = new ByteWriter();
            handler.type().encodeOperation(merged, writer);
            return new Pending<>(handler, merged, writer.toByteArray());
        }
    }

    boolean isOpen() {
        return depth > 0;
    }

    boolean hasPending() {
        return !pending.isEmpty();
    }

    void enter() {
        depth++;
    }

    /** @return whether this was the outermost transaction */
    boolean leave() {
        if (depth == 0) {
            throw new IllegalStateException("No transaction is open");
        }
        return --depth == 0;
    }

    <S, O extends Operation> void add(AttachedHandler<S, O> handler, O operation, byte[] body) {
        pending.add(new Pending<>(handler, operation, body));
    }

    <S, O extends Operation> void forEachPending(AttachedHandler<S, O> handler, Consumer<O> visitor) {
        for (Pending<?, ?> waiting : pending) {
            if (waiting.handler == handler) {
                @SuppressWarnings("unchecked")
                O operation = (O) waiting.operation;
                visitor.accept(operation);
            }
        }
    }

    /** Pending operations were built for a state that has changed below them, so merging might change what they do. */
    void disturb() {
        mayMerge = pending.isEmpty() && mayMerge;
    }

    void created(Change change) {
        localChanges.add(change);
        updated = true;
    }

    void updated() {
        updated = true;
    }

    /** Takes the operations out, merged where possible (spec crdt 12.10). Whatever happens next, they are gone. */
    List<Pending<?, ?>> takePending() {
        List<Pending<?, ?>> taken = pending;
        pending = new ArrayList<>();
        boolean merge = mayMerge;
        mayMerge = true;
        return merge ? merged(taken) : taken;
    }

    private static List<Pending<?, ?>> merged(List<Pending<?, ?>> operations) {
        List<Pending<?, ?>> result = new ArrayList<>();
        Pending<?, ?> last = null;
        for (Pending<?, ?> operation : operations) {
            Pending<?, ?> merged = last == null ? null : last.merge(operation);
            if (merged == null && last != null) {
                result.add(last);
            }
            last = merged == null ? operation : merged;
        }
        if (last != null) {
            result.add(last);
        }
        return result;
    }

    List<Change> takeLocalChanges() {
        List<Change> taken = localChanges;
        if (!taken.isEmpty()) {
            localChanges = new ArrayList<>();
            taken.sort(Change.REPLAY_ORDER);
        }
        return taken;
    }

    boolean takeUpdated() {
        boolean taken = updated;
        updated = false;
        return taken;
    }
}
