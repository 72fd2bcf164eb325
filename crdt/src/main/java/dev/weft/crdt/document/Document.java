package dev.weft.crdt.document;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.ChangeStore;
import dev.weft.crdt.change.FramedChanges;
import dev.weft.crdt.change.HandlerName;
import dev.weft.crdt.change.PendingChanges;
import dev.weft.crdt.clock.ClockDriftException;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerFactory;
import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.handler.HandlerRef;
import dev.weft.crdt.handler.HandlerSlot;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.history.HistoryBlock;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One replica of a document (spec crdt 12): edit it through its handlers, take in changes of others, give away what
 * they lack, compress history into snapshots. It carries data of handlers that nobody created here.
 *
 * <p>Not thread-safe: one thread at a time, the one its listeners are called on.
 */
public final class Document implements HandlerHost {
    private final DocumentOptions options;
    private final HandlerRegistry registry = new HandlerRegistry(this);
    private final History history = new History();
    private final Editing editing;
    private boolean disposed;

    public Document(DocumentOptions options) {
        this.options = options;
        this.editing = new Editing(options, history, registry);
    }

    /** A document of this peer, everything else by default. */
    public Document(PeerId peerId) {
        this(DocumentOptions.builder().peerId(peerId).build());
    }

    @Override
    public PeerId peerId() {
        return options.peerId();
    }

    public String documentId() {
        return options.documentId();
    }

    /** The current stamp; reading does not advance it. */
    public HybridTimestamp clock() {
        return editing.clock();
    }

    /** Whether nothing was ever edited or taken in. */
    public boolean isEmpty() {
        return history.isEmpty();
    }

    /** A random handler id. */
    public String newHandlerId() {
        return options.idSource().nextUuid().toString();
    }

    /**
     * Runs an action whose operations are committed together at its end, adjacent ones merged where that changes
     * nothing. There is no rollback: if the action throws, what it did before is committed and the exception goes on.
     */
    public <T> T runInTransaction(Supplier<T> action) {
        requireLive("runInTransaction");
        return editing.runInTransaction(action);
    }

    /** {@link #runInTransaction(Supplier)} without a result. */
    public void runInTransaction(Runnable action) {
        runInTransaction(() -> {
            action.run();
            return null;
        });
    }

    <S, O extends Operation> void submit(AttachedHandler<S, O> handler, O operation) {
        requireLive("registerOperation");
        editing.submit(handler, operation);
    }

    /** Ticks the clock and returns it: a stamp older than the next change, for tags inside operations. */
    public HybridTimestamp prepareMutation() {
        requireLive("prepareMutation");
        return editing.tick();
    }

    /**
     * Called with every change created here, in replay order, once it is stored. Not with changes of others. What a
     * listener throws goes to the thread's {@link Thread.UncaughtExceptionHandler} and stops nobody else.
     */
    public Subscription onLocalChange(Consumer<Change> listener) {
        return editing.listeners().onLocalChange(listener);
    }

    /** Called when values may have changed, once per transaction, import or edit. For exceptions, see {@link #onLocalChange}. */
    public Subscription onUpdate(Runnable listener) {
        return editing.listeners().onUpdate(listener);
    }

    /**
     * Takes in one change.
     *
     * @return false if it was already known, by id or through the snapshot
     * @throws CausallyNotReadyException if a dependency is missing; nothing has changed then
     * @throws ChangeRefusedException if it must not be stored
     */
    public boolean applyChange(Change change) {
        requireLive("applyChange");
        ImportResult result = importAll(List.of(change));
        if (!result.notReady().isEmpty()) {
            throw new CausallyNotReadyException(
                    change.id(), result.notReady().get(0).missing());
        }
        if (!result.refused().isEmpty()) {
            throw new ChangeRefusedException(result.refused().get(0));
        }
        return !result.applied().isEmpty();
    }

    /**
     * Takes in what is new and causally ready, in any order given.
     *
     * @return how many were applied; see {@link #importAll} for the others
     */
    public int importChanges(Collection<Change> changes) {
        return importAll(changes).applied().size();
    }

    /** {@link #importChanges}, telling what became of each change. Nothing that is not ready is kept. */
    public ImportResult importAll(Collection<Change> changes) {
        requireLive("importChanges");
        ChangeStore store = history.store();
        int first = store.size();
        ImportResult result = new Importer(store, history.covered(), editing.wallMillis(), options.driftMillisMax())
                .run(changes, (change, ordinal) -> editing.receive(change.clock()));
        if (!result.applied().isEmpty()) {
            editing.transaction().disturb();
            afterImport(store, first);
            editing.updated();
        }
        return result;
    }

    /**
     * {@link #importAll} together with changes held back earlier: what is not ready is held, and what becomes ready is
     * taken in, again and again. Changes of the result that are not ready and not held found no room.
     */
    public ImportResult importAll(Collection<Change> changes, PendingChanges pending) {
        ImportResult result = importAll(changes);
        List<Change> released = pending.release(result.applied());
        hold(result, pending);
        while (!released.isEmpty()) {
            ImportResult next = importAll(released);
            released = pending.release(next.applied());
            hold(next, pending);
            result = result.and(next);
        }
        return result;
    }

    private static void hold(ImportResult result, PendingChanges pending) {
        result.notReady().forEach(waiting -> pending.hold(waiting.change(), waiting.missing()));
    }

    /** Takes in changes from the framed format, see {@link #binaryExport}. All are decoded before one is applied. */
    public int binaryImport(byte[] framed) {
        requireLive("binaryImportChanges");
        return importChanges(FramedChanges.decode(framed));
    }

    /** Why the change would be refused, including a look at the body if its type is built in; null if it would not. */
    public Refusal validate(Change change) {
        Refusal refusal = ChangeValidation.check(change, editing.wallMillis(), options.driftMillisMax());
        return refusal != null ? refusal : ChangeValidation.checkBody(change, options);
    }

    /**
     * Takes over the stored beginning of a history, without unpacking it and without asking whether its changes are sound:
     * they were when they were stored. Only into a document without changes.
     *
     * @throws dev.weft.crdt.codec.CrdtFormatException if the blocks do not hold such a history; the document is unusable
     *     then, and the changes have to be imported into another one
     */
    public void adoptHistory(List<HistoryBlock> blocks) {
        requireLive("adoptHistory");
        if (!history.store().isEmpty()) {
            throw new IllegalStateException("Only a document without changes takes a history over");
        }
        blocks.forEach(block -> history.store().adopt(block, history.covered()));
        versionVector().forEach((peer, stamp) -> editing.receive(stamp));
        registry.invalidateAll();
        editing.updated();
    }

    private void afterImport(ChangeStore store, int first) {
        if (registry.isEmpty() && registry.factories().isEmpty()) {
            return;
        }
        store.byHandler(first).forEach((name, ordinals) -> {
            registry.instantiate(name);
            AttachedHandler<?, ?> handler = registry.get(name);
            if (handler != null) {
                store.sortForReplay(ordinals);
                handler.receive(store, ordinals);
                handler.bumpRevision();
            }
        });
    }

    /** All stored changes in arrival order. */
    public List<Change> exportChanges() {
        return history.store().all();
    }

    /**
     * The stored changes that are neither of these nor among their ancestors, in arrival order; all, if none is given.
     *
     * @throws IllegalArgumentException if one of them is not stored
     */
    public List<Change> exportChangesSince(Collection<OperationId> version) {
        return history.store().since(version);
    }

    /** The stored changes a replica with this vector lacks. Costs as much as the result is long. */
    public List<Change> exportChangesNewerThan(VersionVector vector) {
        return history.store().newerThan(vector);
    }

    /** {@link #exportChanges} as one file (spec crdt 8.3). */
    public byte[] binaryExport() {
        return FramedChanges.encode(history.store().all());
    }

    /** {@link #exportChangesSince} as one file. */
    public byte[] binaryExportSince(Collection<OperationId> version) {
        return FramedChanges.encode(exportChangesSince(version));
    }

    /** Per peer the newest change known here, stored or in the snapshot. */
    public VersionVector versionVector() {
        return history.versionVector();
    }

    /** The stored changes no other one depends on. A local change will depend on all of them. */
    public List<OperationId> frontiers() {
        return history.store().heads();
    }

    /** The history, for reading. The document replaces it when it prunes. */
    public ChangeStore history() {
        return history.store();
    }

    /** What history was compressed into, last; null if it never was. */
    public Snapshot lastSnapshot() {
        return history.snapshot();
    }

    /**
     * Compresses what is known into a snapshot, which becomes {@link #lastSnapshot}.
     *
     * @param prune whether to forget the changes it covers
     * @throws IllegalStateException inside a transaction: the state would contain what the vector does not (W14)
     */
    public Snapshot takeSnapshot(boolean prune) {
        return takeSnapshot(versionVector(), prune);
    }

    /**
     * {@link #takeSnapshot(boolean)} of what lies at or below a limit: what every peer is known to have, for instance.
     * Snapshots forget what concurrent operations need to be placed exactly, so a snapshot of what others still edit
     * concurrently may leave replicas different (spec crdt W13, W15, W16).
     */
    public Snapshot takeSnapshot(VersionVector limit, boolean prune) {
        Snapshot taken = foldedAt(limit);
        history.replaceSnapshot(taken);
        if (prune) {
            history.prune(taken.versionVector());
        }
        registry.invalidateAll();
        return taken;
    }

    /**
     * A snapshot for somebody else. This document goes on from its history, which places late concurrent operations
     * exactly, where the snapshot has forgotten how.
     */
    public Snapshot snapshotForOthers() {
        return foldedAt(versionVector());
    }

    /**
     * How much of the beginning of the history a snapshot can stand for, so that replicas that hold the snapshot, and
     * others that hold the history, show the same whatever is edited later: as long as none of them takes in a change that
     * is not covered and has a stamp as old as the newest one that is. Data of handlers that are not built in is never
     * part of it. Nothing is changed. Costs about as much as reading every handler from history.
     *
     * @param changesMax how many of the oldest stored changes it may be
     * @return null if there is no such beginning
     */
    public Compaction planCompaction(int changesMax) {
        CompactionPlan plan = new CompactionPlan(options, history.store(), history.snapshot());
        int changes = plan.longest(changesMax);
        if (changes == 0) {
            return null;
        }
        VersionVector covered = plan.versionAt(changes);
        Snapshot snapshot = foldedAt(covered);
        if (!snapshot.versionVector().equals(covered)) {
            throw new IllegalStateException("A snapshot of something else than was asked for");
        }
        return new Compaction(snapshot, changes);
    }

    private Snapshot foldedAt(VersionVector limit) {
        requireLive("takeSnapshot");
        if (editing.transaction().isOpen()) {
            throw new IllegalStateException("A snapshot cannot be taken inside a transaction");
        }
        registry.materialise();
        return new SnapshotTaker(options, history.store(), history.snapshot(), registry).take(limit, versionVector());
    }

    /** Whether {@link #importSnapshot} would take it: it has seen all that the last snapshot has. */
    public boolean shouldApplySnapshot(Snapshot snapshot) {
        return history.accepts(snapshot);
    }

    /**
     * Replaces the last snapshot. Handlers that the new one does not contain become empty, but for stored changes it
     * does not cover.
     *
     * @return false if it has not seen all that the last one has; nothing has changed then
     */
    public boolean importSnapshot(Snapshot snapshot, boolean prune) {
        requireLive("importSnapshot");
        if (!shouldApplySnapshot(snapshot)) {
            return false;
        }
        adopt(snapshot, snapshot, prune);
        return true;
    }

    /**
     * Merges into the last snapshot by the reference's rule, which loses content when neither vector dominates: see
     * {@link Snapshot#merged}. Exchange changes instead where that is possible.
     */
    public void mergeSnapshot(Snapshot snapshot, boolean prune) {
        requireLive("mergeSnapshot");
        Snapshot last = history.snapshot();
        adopt(snapshot, last == null ? snapshot : last.merged(snapshot), prune);
    }

    private void adopt(Snapshot incoming, Snapshot result, boolean prune) {
        requireNoDrift(incoming);
        history.replaceSnapshot(result);
        incoming.versionVector().forEach((peer, stamp) -> editing.receive(stamp));
        if (prune) {
            history.prune(result.versionVector());
        }
        for (String key : incoming.data().keySet()) {
            AttachedHandler<?, ?> handler = registry.get(key);
            if (handler != null) {
                handler.bumpRevision();
            }
        }
        editing.transaction().disturb();
        registry.invalidateAll();
        editing.updated();
    }

    private void requireNoDrift(Snapshot snapshot) {
        HybridTimestamp newest = snapshot.versionVector().newest();
        if (newest != null
                && ChangeValidation.isAhead(newest.packed(), editing.wallMillis(), options.driftMillisMax())) {
            throw new ClockDriftException("Snapshot stamp " + newest + " is more than " + options.driftMillisMax()
                    + " ms ahead of physical time");
        }
    }

    /** Forgets stored changes that both the vector and the last snapshot cover. */
    public void garbageCollect(VersionVector protectUntil) {
        history.prune(protectUntil);
    }

    /**
     * Takes in a snapshot and later changes, either of which may be missing.
     *
     * @param snapshot null for none
     * @param merge whether to merge the snapshot rather than replace the last one
     * @return how many changes were applied; -1 if the snapshot was not taken, and then no change was
     */
    public int importState(Snapshot snapshot, Collection<Change> changes, boolean merge, boolean prune) {
        requireLive("import");
        if (snapshot != null && merge) {
            mergeSnapshot(snapshot, prune);
        } else if (snapshot != null && !importSnapshot(snapshot, prune)) {
            return -1;
        }
        return importChanges(changes);
    }

    @Override
    public <S, O extends Operation> HandlerSlot<S, O> attach(Handler<S, O> handler, DataType<S, O> dataType) {
        requireLive("registerHandler");
        return registry.attach(handler, dataType);
    }

    @Override
    public Handler<?, ?> resolve(HandlerRef ref) {
        return registry.resolve(ref);
    }

    /** The registered handlers by id, in order of registration. */
    public Map<String, Handler<?, ?>> handlers() {
        return registry.handlers();
    }

    /** The registered handlers no registered container refers to. */
    public Map<String, Handler<?, ?>> roots() {
        return registry.roots();
    }

    /** Creates handlers of this tag when changes or references name one that is not registered. */
    public void registerFactory(String type, HandlerFactory factory) {
        registry.registerFactory(type, factory);
    }

    /** Factories for all handlers whose tag is fixed. */
    public void registerDefaultFactories() {
        BuiltInTypes.factories().forEach(registry::registerFactory);
    }

    /** Creates all handlers that stored changes, the snapshot's manifest or references name, where a factory can. */
    public void reconstruct() {
        handlerTypes().forEach((id, type) -> registry.instantiate(new HandlerName(type, id)));
        registry.materialise();
    }

    /**
     * The type tag of every handler, by id, that stored changes or the snapshot's manifest name, registered or not. Where
     * changes disagree it is the one of the last that arrived.
     */
    public Map<String, String> handlerTypes() {
        ChangeStore store = history.store();
        Map<String, HandlerName> names = new LinkedHashMap<>();
        for (HandlerName name : store.handlers()) {
            if (store.countOf(name) > 0) {
                names.merge(name.id(), name, (one, other) -> lastOf(one) > lastOf(other) ? one : other);
            }
        }
        Map<String, String> types = new LinkedHashMap<>();
        names.forEach((id, name) -> types.put(id, name.type()));
        types.putAll(HandlerManifest.readOrEmpty(history.snapshot()));
        return types;
    }

    private int lastOf(HandlerName name) {
        int[] ordinals = history.store().ordinalsOf(name);
        return ordinals[ordinals.length - 1];
    }

    /** How often the value of a registered handler may have changed; 0 for others. */
    public long revisionOf(String handlerId) {
        AttachedHandler<?, ?> handler = registry.get(handlerId);
        return handler == null ? 0 : handler.revision();
    }

    /** How many stored changes edit a handler of this id, of whatever type. */
    public int changeCountOf(String handlerId) {
        int count = 0;
        for (HandlerName name : history.store().handlers()) {
            count += name.id().equals(handlerId) ? history.store().countOf(name) : 0;
        }
        return count;
    }

    /** The document as it is now, at any point of its history. */
    public HistorySession openHistory() {
        return new HistorySession(this, registry.factories());
    }

    /** Forgets the states kept between reads. Never needed for correctness. */
    public void invalidateCaches() {
        registry.invalidateAll();
    }

    /** Ends editing and taking in, for good; reading and exporting still work. Again, it does nothing. */
    public void dispose() {
        disposed = true;
        editing.listeners().clear();
        registry.clear();
    }

    public boolean isDisposed() {
        return disposed;
    }

    <S, O extends Operation> Replay<S, O> replay(HandlerName name, DataType<S, O> type, FoldedTail<S, O> tail) {
        return Replay.complete(history.store(), history.snapshot(), name, type, tail);
    }

    Transaction transaction() {
        return editing.transaction();
    }

    private void requireLive(String method) {
        if (disposed) {
            throw new DocumentDisposedException(method);
        }
    }
}
