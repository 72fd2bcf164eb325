package dev.weft.client;

import dev.weft.client.connection.SteadyClock;
import dev.weft.client.event.ClientEvent;
import dev.weft.client.event.ConnectionStatus;
import dev.weft.client.sync.DocumentReplica;
import dev.weft.client.sync.Effect;
import dev.weft.client.sync.SessionState;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.WallClock;
import dev.weft.crdt.document.Document;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import dev.weft.protocol.message.Message;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What clients of both modes share. One client keeps one document; its author is the document's peer.
 *
 * <p>Methods may be called from any thread. The document belongs to the client's context: after the client is created,
 * touch it only there, through {@link #execute} and {@link #edit}. Listeners are called there too.
 */
public abstract class DocumentClient {
    private final Document document;
    private final SessionDriver driver;
    private final AwaitedEdits awaited;
    private final QueueJournal journal;
    private final dev.weft.crdt.document.Subscription localChanges;
    private volatile ConnectionStatus status = ConnectionStatus.DISCONNECTED;
    private volatile String sessionId;
    private long lastLocalClock;
    /** When the edit under way will be durable, whoever asks from within it; null while there is none. */
    private Future<Void> editing;

    private boolean edited;
    private boolean closed;

    DocumentClient(
            Vertx vertx,
            Document document,
            ClientOptions options,
            WireMode mode,
            PushQueueStore store,
            Function<DocumentReplica, SessionState> sessions) {
        this.document = document;
        DocumentReplica replica =
                new DocumentReplica(document, options.session().bounds());
        this.awaited = new AwaitedEdits(document.peerId(), ClientOptions.AWAITED_EDITS_MAX);
        Context context = contextOf(vertx);
        PluginChain plugins = new PluginChain(options.plugins());
        this.journal = new QueueJournal(store);
        this.driver = new SessionDriver(
                vertx,
                context,
                options.documentId(),
                sessions.apply(replica),
                options.connector(vertx, context),
                new MessageCodec(mode, FrameLimits.ofFrameBytes(options.messageBytesMax()), plugins.codecs())
                        .withCompressor(options.compressor()),
                plugins,
                awaited,
                journal,
                new SteadyClock(WallClock.SYSTEM));
        driver.events.add(this::remember);
        this.localChanges = document.onLocalChange(this::onLocalChange);
        driver.start();
    }

    private static Context contextOf(Vertx vertx) {
        Context current = Vertx.currentContext();
        if (current != null && current.isEventLoopContext() && current.owner() == vertx) {
            return current;
        }
        // A context of its own, so that many clients spread over the event loops.
        return ((VertxInternal) vertx).createEventLoopContext();
    }

    abstract List<Effect> localChange(Change change, long now);

    abstract List<Effect> syncRequest(long now);

    final SessionDriver driver() {
        return driver;
    }

    final QueueJournal journal() {
        return journal;
    }

    /**
     * Connects, and from then on stays connected. Calls while connecting share one attempt.
     *
     * @return true once the server has answered the handshake; false if no endpoint could be reached or all refused. The
     *     client goes on trying then, unless the back-off policy has an end; {@link #disconnect} stops it
     */
    public Future<Boolean> connect() {
        return driver.connect();
    }

    /** Completes when connected the next time, at once if connected now; fails if the client is closed before. */
    public Future<Void> connected() {
        Promise<Void> promise = driver.promise();
        driver.onContext(() -> {
            if (driver.state().isLive()) {
                promise.complete();
            } else {
                driver.awaitLive(promise);
            }
        });
        return promise.future();
    }

    /** Closes the connection and stops trying. The document can be edited on; {@link #connect} delivers what was. */
    public Future<Void> disconnect() {
        return driver.disconnect();
    }

    /** Disconnects for good and lets go of the document, which stays usable. */
    public Future<Void> close() {
        driver.onContext(() -> {
            closed = true;
            localChanges.cancel();
        });
        return driver.close();
    }

    /** The current status; {@link #onStatus} tells of changes. */
    public ConnectionStatus status() {
        return status;
    }

    /** The server's name for this session; null before the first handshake and after disconnecting. */
    public String sessionId() {
        return sessionId;
    }

    public String documentId() {
        return driver.documentId();
    }

    /** The context everything happens on; code that runs on it may use the document directly. */
    public Context context() {
        return driver.context();
    }

    /** Runs an action on the client's context, for reading above all. */
    public <T> Future<T> execute(Function<? super Document, ? extends T> action) {
        Promise<T> promise = driver.promise();
        driver.onContext(() -> {
            T result;
            try {
                result = action.apply(document);
            } catch (RuntimeException e) {
                promise.fail(e);
                return;
            }
            promise.complete(result);
        });
        return promise.future();
    }

    /**
     * Runs an action that edits the document, as one transaction, and tells when what it did is durable. An edit within the
     * action of another is part of that one.
     */
    public Edit edit(Consumer<? super Document> action) {
        Promise<Void> applied = driver.promise();
        Promise<Void> durable = driver.promise();
        driver.onContext(() -> {
            Future<Void> outer = editing;
            if (outer == null) {
                editing = durable.future();
                edited = false;
            }
            try {
                document.runInTransaction(() -> action.accept(document));
            } catch (RuntimeException e) {
                applied.fail(e);
                durable.fail(e);
                return;
            } finally {
                editing = outer;
            }
            applied.complete();
            if (outer != null) {
                outer.onComplete(durable);
                return;
            }
            if (closed) {
                // Nobody listens to the document any more, so whether anything was edited is not known either.
                durable.fail(new DurabilityUnknownException("The client is closed; nobody delivers this edit"));
                return;
            }
            (edited ? awaited.await(lastLocalClock) : Future.<Void>succeededFuture()).onComplete(durable);
        });
        return new Edit(applied.future(), durable.future());
    }

    /** Asks the server for its state, as a reassurance; nothing while not connected, because connecting asks anyway. */
    public void requestSync() {
        driver.onContext(() -> driver.input(this::syncRequest));
    }

    /**
     * Sends a message as it is, for instance one of a plugin's.
     *
     * @return false if not connected, or if the connection takes no more for now
     */
    public Future<Boolean> send(Message message) {
        Promise<Boolean> promise = driver.promise();
        driver.onContext(() -> {
            try {
                promise.complete(driver.send(message));
            } catch (RuntimeException e) {
                promise.fail(e);
            }
        });
        return promise.future();
    }

    /** Tells of every change of the status, not of the current one. */
    public Subscription onStatus(Consumer<? super ConnectionStatus> listener) {
        return driver.events.add(event -> {
            if (event instanceof ClientEvent.StatusChanged changed) {
                listener.accept(changed.status());
            }
        });
    }

    public Subscription onEvent(Consumer<? super ClientEvent> listener) {
        return driver.events.add(listener);
    }

    /** Tells of every message received, those for other documents included, after it was handled. */
    public Subscription onMessage(Consumer<? super Message> listener) {
        return driver.messages.add(listener);
    }

    private void remember(ClientEvent event) {
        if (event instanceof ClientEvent.StatusChanged changed) {
            status = changed.status();
        }
        sessionId = driver.state().sessionId();
    }

    private void onLocalChange(Change change) {
        lastLocalClock = change.clock();
        edited |= editing != null;
        driver.input(now -> localChange(change, now));
    }
}
