package dev.weft.server.embed;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.PendingChanges;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.ImportResult;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.awareness.AwarenessQuery;
import dev.weft.protocol.awareness.AwarenessState;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DurableMessage;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.server.observe.LogFields;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentNotFoundException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One replica inside a node and its session with the owner. Confined to the context of its gateway. */
final class LocalSession {
    /*
     * It says what it has, takes in what it lacks, and is open once it has all that the owner named in its answer. An edit
     * runs on the replica at once; its changes go out as one message, which the owner takes as a whole, and the edit is
     * done when they are durable.
     *
     * An edit that throws half-way has left changes in the replica that nobody else shall ever see. The replica is then
     * thrown away and loaded again; the session, and what it has under way, stays.
     */

    private static final Logger LOG = LoggerFactory.getLogger(LocalSession.class);
    private static final int WAITING_CHANGES_MAX = 100_000;
    private static final int IMPORT_PART_BYTES = 1 << 20;
    private static final int PRESENCE_MILLIS_MAX = 1_000;

    private final DocumentKey key;
    private final boolean mayCreate;
    private final String id;
    private final LocalGateway gateway;
    private final Supplier<Document> replicas;
    private final PendingChanges waiting;
    private final ArrayDeque<Submitted> submitted = new ArrayDeque<>();
    private final List<Runnable> listeners = new ArrayList<>();
    private final List<Promise<Map<String, ClientAwareness>>> presenceAsked = new ArrayList<>();
    private Document document;
    private Promise<Void> opened = Promise.promise();
    private VersionVector wanted;
    private String firstError;
    private String firstCode;
    private volatile boolean isOver;

    /** @param replicas gives an empty replica of the document; always of the same peer */
    LocalSession(DocumentKey key, boolean mayCreate, String id, LocalGateway gateway, Supplier<Document> replicas) {
        this.key = key;
        this.mayCreate = mayCreate;
        this.id = id;
        this.gateway = gateway;
        this.replicas = replicas;
        this.waiting = new PendingChanges(WAITING_CHANGES_MAX, gateway.limits().waitingBytesMax());
    }

    DocumentKey key() {
        return key;
    }

    boolean mayCreate() {
        return mayCreate;
    }

    String id() {
        return id;
    }

    /** Whether everything it sent is durable: its peer may be used again, by a replica that loads first. */
    boolean isSettled() {
        return submitted.isEmpty();
    }

    boolean isOver() {
        return isOver;
    }

    Future<Void> open() {
        gateway.add(this);
        load();
        return opened.future();
    }

    private void load() {
        document = replicas.get();
        waiting.clear();
        handshake();
    }

    private void handshake() {
        wanted = null;
        gateway.send(
                this,
                new HandshakeRequest(
                        key.id(),
                        document.peerId(),
                        document.versionVector(),
                        Set.of(Capability.ACK, Capability.BATCH)));
    }

    void listen(Runnable listener) {
        listeners.add(listener);
    }

    void ignore(Runnable listener) {
        listeners.remove(listener);
    }

    /** Once the replica has caught up. */
    <T> Future<T> read(Function<Document, T> action) {
        return whenOpen().map(ready -> action.apply(document));
    }

    private Future<Void> whenOpen() {
        return isOver ? Future.failedFuture(new DocumentClosedException(key.id())) : opened.future();
    }

    /** All of the action or nothing. @return completes when its changes are durable; at once if it made none */
    <T> Future<T> edit(Function<Document, T> action) {
        return whenOpen().compose(ready -> editNow(action));
    }

    private <T> Future<T> editNow(Function<Document, T> action) {
        if (isOver) {
            return Future.failedFuture(new DocumentClosedException(key.id()));
        }
        if (isFull()) {
            return Future.failedFuture(new DocumentUnavailableException("Too many edits wait to become durable"));
        }
        List<Change> changes = new ArrayList<>();
        var subscription = document.onLocalChange(changes::add);
        T result;
        try {
            result = document.runInTransaction(() -> action.apply(document));
            requireSize(changes);
        } catch (RuntimeException e) {
            if (!changes.isEmpty()) {
                startOver();
            }
            return Future.failedFuture(e);
        } finally {
            subscription.cancel();
        }
        if (changes.isEmpty()) {
            return Future.succeededFuture(result);
        }
        Future<Void> durable = submit(List.copyOf(changes));
        tellListeners();
        return durable.map(done -> result);
    }

    private boolean isFull() {
        return submitted.stream().mapToLong(each -> each.bytes).sum()
                >= gateway.limits().pendingBytesMax();
    }

    private static long sizeOf(List<Change> changes) {
        return changes.stream().mapToLong(change -> change.encoded().length).sum();
    }

    private void requireSize(List<Change> changes) {
        long bytes = sizeOf(changes);
        if (bytes > gateway.limits().editBytesMax()) {
            throw new EditTooLargeException(bytes, gateway.limits().editBytesMax());
        }
    }

    /** Takes in changes that somebody else made, as they are. @return completes when they are durable */
    Future<Integer> importChanges(Collection<Change> changes) {
        return whenOpen().compose(ready -> {
            if (isFull()) {
                return Future.failedFuture(new DocumentUnavailableException("Too many edits wait to become durable"));
            }
            ImportResult result = document.importAll(changes);
            if (!result.notReady().isEmpty() || !result.refused().isEmpty()) {
                if (!result.applied().isEmpty()) {
                    startOver();
                }
                return Future.failedFuture(
                        new EditRefusedException(result.notReady().size() + " changes lack what they depend on, "
                                + result.refused().size() + " cannot be applied"));
            }
            if (result.applied().isEmpty()) {
                return Future.succeededFuture(0);
            }
            tellListeners();
            List<Change> applied = List.copyOf(result.applied());
            return submitFrom(applied, 0).map(done -> applied.size());
        });
    }

    /** One part after the other: as one message a long history would hold up whoever it passes. */
    private Future<Void> submitFrom(List<Change> changes, int first) {
        int end = first;
        for (long bytes = 0; end < changes.size() && bytes < IMPORT_PART_BYTES; end++) {
            bytes += changes.get(end).encoded().length;
        }
        int next = end;
        Future<Void> durable = submit(List.copyOf(changes.subList(first, next)));
        return next == changes.size()
                ? durable
                : durable.compose(done -> isOver
                        ? Future.failedFuture(new DocumentClosedException(key.id()))
                        : submitFrom(changes, next));
    }

    private Future<Void> submit(List<Change> changes) {
        Promise<Void> durable = Promise.promise();
        submitted.add(new Submitted(changes, durable));
        gateway.send(this, new ChangesMessage(key.id(), changes));
        return durable.future();
    }

    private void startOver() {
        opened = Promise.promise();
        // What is under way is known to the link already and comes back with the state, or as a broadcast.
        load();
    }

    /** Everybody's presence; nobody's if the server has no presence. */
    Future<Map<String, ClientAwareness>> presence() {
        return whenOpen().compose(ready -> {
            Promise<Map<String, ClientAwareness>> answer = Promise.promise();
            presenceAsked.add(answer);
            gateway.send(this, new AwarenessQuery(key.id()));
            if (!answer.future().isComplete()) {
                // A link that is new has to hear of everybody first; where there is no presence, nobody answers.
                gateway.later(PRESENCE_MILLIS_MAX, () -> {
                    if (presenceAsked.remove(answer)) {
                        answer.complete(Map.of());
                    }
                });
            }
            return answer.future();
        });
    }

    void receive(Message message) {
        if (isOver) {
            return;
        }
        if (message instanceof HandshakeResponse response) {
            take(response.snapshot(), response.changes());
            // A session is not sent what it made itself, and a replica that was loaded again has forgotten it.
            submitted.forEach(each -> document.importAll(each.changes, waiting));
            wanted = response.versionVector();
            sendWhatIsLacking();
        } else if (message instanceof DocumentStatus status) {
            take(status.snapshot(), status.changes());
        } else if (message instanceof ChangesMessage changes) {
            take(null, changes.changes());
        } else if (message instanceof ChangeMessage change) {
            take(null, List.of(change.change()));
        } else if (message instanceof DurableMessage durable) {
            durable(durable.versionVector());
        } else if (message instanceof ErrorMessage error) {
            error(error);
        } else if (message instanceof AwarenessState state) {
            List<Promise<Map<String, ClientAwareness>>> asked = List.copyOf(presenceAsked);
            presenceAsked.clear();
            asked.forEach(promise -> promise.complete(state.awareness().states()));
        }
        checkOpen();
    }

    private void take(Snapshot snapshot, List<Change> changes) {
        if (snapshot != null && document.shouldApplySnapshot(snapshot)) {
            document.importSnapshot(snapshot, true);
        }
        ImportResult result = document.importAll(changes, waiting);
        if (!result.refused().isEmpty()) {
            LogFields.of(LOG.atWarn(), key, 0, id())
                    .log(
                            "{} changes from the owner cannot be applied",
                            result.refused().size());
        }
        if (snapshot != null || !result.applied().isEmpty()) {
            tellListeners();
        }
    }

    /** After a change of owner: what it has not got from us, once more. */
    private void sendWhatIsLacking() {
        List<Change> lacking = new ArrayList<>();
        for (Submitted each : submitted) {
            each.changes.stream()
                    .filter(change -> !wanted.covers(change.author(), change.clock()))
                    .forEach(lacking::add);
        }
        durable(wanted);
        if (!lacking.isEmpty()) {
            gateway.send(this, new ChangesMessage(key.id(), lacking));
        }
    }

    private void durable(VersionVector version) {
        submitted.forEach(each -> each.durableUpTo(version));
        while (!submitted.isEmpty() && submitted.peekFirst().open.isEmpty()) {
            submitted.removeFirst().durable.complete();
        }
    }

    private void error(ErrorMessage error) {
        if (error.code().equals(ErrorCode.OUT_OF_SYNC)) {
            handshake();
        } else if (error.code().equals(ErrorCode.HANDSHAKE_FAILED)) {
            over(causeOf());
        } else if (error.code().equals(ErrorCode.INVALID_MESSAGE) && !submitted.isEmpty()) {
            // It cannot be said which. All that waits is told so, and the replica forgets what was not taken.
            submitted.forEach(each -> each.durable.tryFail(new EditRefusedException(error.message())));
            submitted.clear();
            startOver();
        } else if (error.code().equals(ErrorCode.DOCUMENT_NOT_FOUND)
                && opened.future().isComplete()) {
            over(new DocumentNotFoundException(key));
        } else if (firstError == null) {
            firstCode = error.code();
            firstError = error.message();
        }
    }

    private RuntimeException causeOf() {
        return ErrorCode.DOCUMENT_NOT_FOUND.equals(firstCode)
                ? new DocumentNotFoundException(key)
                : new DocumentUnavailableException(firstError == null ? "No answer" : firstError);
    }

    private void checkOpen() {
        if (!opened.future().isComplete()
                && wanted != null
                && document.versionVector().dominates(wanted)) {
            firstError = null;
            firstCode = null;
            opened.complete();
        }
    }

    private void tellListeners() {
        for (Runnable listener : List.copyOf(listeners)) {
            try {
                listener.run();
            } catch (RuntimeException e) {
                LogFields.of(LOG.atError(), key, 0, id()).setCause(e).log("A listener failed");
            }
        }
    }

    /** Nothing goes in or out any more. @param cause null if it was closed */
    void over(RuntimeException cause) {
        if (isOver) {
            return;
        }
        isOver = true;
        gateway.remove(this);
        RuntimeException told = cause == null ? new DocumentClosedException(key.id()) : cause;
        opened.tryFail(told);
        submitted.forEach(each -> each.durable.tryFail(told));
        presenceAsked.forEach(each -> each.tryFail(told));
        presenceAsked.clear();
        listeners.clear();
    }

    /** Changes that went out together. */
    private static final class Submitted {
        final List<Change> changes;
        final List<Change> open;
        final Promise<Void> durable;
        final long bytes;

        Submitted(List<Change> changes, Promise<Void> durable) {
            this.changes = List.copyOf(changes);
            this.open = new ArrayList<>(changes);
            this.durable = durable;
            this.bytes = sizeOf(changes);
        }

        void durableUpTo(VersionVector version) {
            open.removeIf(change -> version.covers(change.author(), change.clock()));
        }
    }
}
