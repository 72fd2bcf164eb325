package dev.weft.crdt.document;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.ChangeStore;
import dev.weft.crdt.clock.HybridLogicalClock;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.id.OperationId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** How local operations become changes, at once or when the outermost transaction ends, and who is told. */
final class Editing {
    private final DocumentOptions options;
    private final History history;
    private final HandlerRegistry registry;
    private final HybridLogicalClock clock;
    private final Listeners listeners = new Listeners();
    private final Transaction transaction = new Transaction();
    private final ByteWriter body = new ByteWriter();

    Editing(DocumentOptions options, History history, HandlerRegistry registry) {
        this.options = options;
        this.history = history;
        this.registry = registry;
        this.clock = new HybridLogicalClock(options.initialClock());
    }

    Listeners listeners() {
        return listeners;
    }

    Transaction transaction() {
        return transaction;
    }

    HybridTimestamp clock() {
        return clock.current();
    }

    long wallMillis() {
        return options.wallClock().millis();
    }

    HybridTimestamp tick() {
        return clock.tick(wallMillis());
    }

    /** Moves the clock past a stamp that came in. */
    void receive(long stamp) {
        clock.receive(wallMillis(), stamp);
    }

    <T> T runInTransaction(Supplier<T> action) {
        transaction.enter();
        Throwable failure = null;
        try {
            return action.get();
        } catch (RuntimeException | Error thrown) {
            failure = thrown;
            throw thrown;
        } finally {
            if (transaction.leave()) {
                endTransaction(failure);
            }
        }
    }

    private void endTransaction(Throwable earlier) {
        try {
            commitPending();
        } catch (RuntimeException | Error failure) {
            if (earlier == null) {
                throw failure;
            }
            earlier.addSuppressed(failure);
        }
    }

    private void commitPending() {
        boolean committed = false;
        try {
            List<Transaction.Pending<?, ?>> operations = transaction.takePending();
            Set<AttachedHandler<?, ?>> edited = new LinkedHashSet<>();
            operations.forEach(pending -> edited.add(pending.handler()));
            edited.forEach(AttachedHandler::beforeCommit);
            for (Transaction.Pending<?, ?> pending : operations) {
                body.reset().writeBytes(pending.body());
                commit(pending.handler(), pending.operation());
            }
            edited.forEach(AttachedHandler::afterCommit);
            committed = true;
        } finally {
            if (!committed) {
                registry.invalidateAll();
            }
            // Whatever was committed must reach the listeners: who sends changes on hears of each only once.
            flush();
        }
    }

    <S, O extends Operation> void submit(AttachedHandler<S, O> handler, O operation) {
        handler.type().encodeOperation(operation, body.reset());
        if (transaction.isOpen()) {
            transaction.add(handler, operation, body.toByteArray());
            handler.foldPending(operation);
            return;
        }
        commit(handler, operation);
        flush();
    }

    /** Stamps and stores the operation whose body was just encoded. */
    private void commit(AttachedHandler<?, ?> handler, Operation operation) {
        OperationId id = new OperationId(options.peerId(), tick());
        ChangeStore store = history.store();
        int ordinal = store.addLocal(id, handler.storeIndex(store), operation.kind(), body);
        body.reset();
        receive(id.clock());
        handler.bumpRevision();
        if (listeners.wantLocalChanges()) {
            transaction.created(store.get(ordinal));
        } else {
            transaction.updated();
        }
        handler.committed(id, operation);
    }

    /** Tells the listeners, unless a transaction is open: then they hear of it at its end. */
    void flush() {
        if (transaction.isOpen()) {
            return;
        }
        List<Change> localChanges = transaction.takeLocalChanges();
        if (transaction.takeUpdated()) {
            listeners.notify(localChanges, true);
        }
    }

    /** Values may have changed by something else than a local operation. */
    void updated() {
        transaction.updated();
        flush();
    }
}
