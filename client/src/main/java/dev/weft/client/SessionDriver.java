package dev.weft.client;

import dev.weft.client.connection.Connector;
import dev.weft.client.event.ClientEvent;
import dev.weft.client.event.ProblemKind;
import dev.weft.client.sync.Effect;
import dev.weft.client.sync.SessionState;
import dev.weft.protocol.codec.MalformedMessageException;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.MessageType;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * Performs what a {@link SessionState} decides: sockets, timers, futures, listeners. Everything happens on one Vert.x
 * context; {@link #onContext} is the way in from other threads.
 */
final class SessionDriver {
    private static final System.Logger LOG = System.getLogger(SessionDriver.class.getName());

    private final Vertx vertx;
    private final Context context;
    private final String documentId;
    private final SessionState state;
    private final Connector connector;
    private final MessageCodec codec;
    private final PluginChain plugins;
    private final AwaitedEdits edits;
    private final QueueJournal journal;
    private final LongSupplier clock;
    private final WakeUp wakeUp;

    final Listeners<ClientEvent> events = new Listeners<>(this::listenerFailed);
    final Listeners<Message> messages = new Listeners<>(this::listenerFailed);

    private final ArrayDeque<Effect> toPerform = new ArrayDeque<>();
    private final ArrayDeque<Runnable> deferredInputs = new ArrayDeque<>();
    private List<Promise<Boolean>> connecting = new ArrayList<>();
    private final List<Promise<Void>> awaitingLive = new ArrayList<>();
    private boolean deciding;
    private boolean performing;
    private boolean reportingFailure;
    private Connector.Link link;
    private long linkNumber;
    private boolean closed;

    SessionDriver(
            Vertx vertx,
            Context context,
            String documentId,
            SessionState state,
            Connector connector,
            MessageCodec codec,
            PluginChain plugins,
            AwaitedEdits edits,
            QueueJournal journal,
            LongSupplier clock) {
        this.vertx = vertx;
        this.context = context;
        this.documentId = documentId;
        this.state = state;
        this.connector = connector;
        this.codec = codec;
        this.plugins = plugins;
        this.edits = edits;
        this.journal = journal;
        this.clock = clock;
        this.wakeUp = new WakeUp(vertx, clock, () -> input(state::tick));
    }

    void start() {
        plugins.attach(new DriverHost(this, vertx), this::pluginFailed);
    }

    SessionState state() {
        return state;
    }

    Context context() {
        return context;
    }

    long now() {
        return clock.getAsLong();
    }

    boolean isClosed() {
        return closed;
    }

    /** Runs the task on the client's context: now if the caller is there already, soon otherwise. */
    void onContext(Runnable task) {
        if (Vertx.currentContext() == context) {
            task.run();
        } else {
            context.runOnContext(ignored -> task.run());
        }
    }

    /** For the application. Whatever its listeners throw is the context's to report, and does not come back here. */
    <T> Promise<T> promise() {
        return ((ContextInternal) context).promise();
    }

    Future<Boolean> connect() {
        Promise<Boolean> promise = promise();
        onContext(() -> {
            if (closed) {
                promise.fail(new IllegalStateException("The client is closed"));
                return;
            }
            connecting.add(promise);
            input(state::connect);
        });
        return promise.future();
    }

    void awaitLive(Promise<Void> promise) {
        if (closed) {
            promise.fail(new IllegalStateException("The client is closed"));
        } else {
            awaitingLive.add(promise);
        }
    }

    Future<Void> disconnect() {
        // As in close().
        Promise<Void> promise = Promise.promise();
        onContext(() -> {
            input(state::disconnect);
            promise.complete();
        });
        return promise.future();
    }

    Future<Void> close() {
        // Of no context: whoever waits for it may close the context's Vert.x next, and still wants to hear of that.
        Promise<Void> promise = Promise.promise();
        onContext(() -> {
            if (closed) {
                promise.complete();
                return;
            }
            input(state::disconnect);
            closed = true;
            wakeUp.cancel();
            plugins.close();
            awaitingLive.forEach(waiting -> waiting.fail(new IllegalStateException("The client was closed")));
            awaitingLive.clear();
            edits.unknowable(new DurabilityUnknownException("The client was closed"));
            connector.close().onComplete(promise);
        });
        return promise.future();
    }

    /** Sends a message of the application's or a plugin's. @return whether it was handed to the socket */
    boolean send(Message message) {
        if (!state.isLive() || link == null || link.isFull()) {
            return false;
        }
        link.write(codec.encode(message));
        return true;
    }

    /** Feeds the state machine and performs what it wants. On the context only. */
    void input(LongFunction<List<Effect>> decision) {
        if (closed) {
            return;
        }
        if (deciding) {
            // A listener of the document edits it while a remote change is being applied.
            deferredInputs.add(() -> input(decision));
            return;
        }
        deciding = true;
        try {
            toPerform.addAll(decision.apply(now()));
        } finally {
            deciding = false;
        }
        performAll();
        for (Runnable deferred = deferredInputs.poll(); deferred != null; deferred = deferredInputs.poll()) {
            deferred.run();
        }
    }

    private void performAll() {
        if (performing) {
            // An application's callback led back here. What it caused comes after what caused it.
            return;
        }
        performing = true;
        try {
            for (Effect effect = toPerform.poll(); effect != null; effect = toPerform.poll()) {
                perform(effect);
            }
        } finally {
            performing = false;
        }
        wakeUp.by(closed ? Long.MAX_VALUE : state.nextDeadline());
    }

    private void perform(Effect effect) {
        if (effect instanceof Effect.OpenSocket open) {
            openSocket(open);
        } else if (effect instanceof Effect.Send send) {
            write(send);
        } else if (effect instanceof Effect.CloseSocket close) {
            closeSocket(close);
        } else if (effect instanceof Effect.AwaitDrain await) {
            awaitDrain(await);
        } else if (effect instanceof Effect.SessionUp up) {
            edits.knowable();
            plugins.onConnected(up.sessionId());
        } else if (effect instanceof Effect.ConnectResult result) {
            answerConnect(result.connected());
        } else if (effect instanceof Effect.Disconnected) {
            plugins.onDisconnected();
        } else if (effect instanceof Effect.EditsDurable durable) {
            edits.durable(durable.versionVector());
        } else if (effect instanceof Effect.DurabilityUnknown) {
            edits.unknowable(new DurabilityUnknownException("The server does not tell when an edit is durable"));
        } else if (effect instanceof Effect.Publish publish) {
            publish(publish.event());
        } else if (effect instanceof Effect.QueueAppended
                || effect instanceof Effect.QueueDropped
                || effect instanceof Effect.QueueReplaced) {
            journal.perform(effect, this::queueStoreFailed);
        } else {
            throw new AssertionError(effect);
        }
    }

    private void publish(ClientEvent event) {
        reportingFailure = event instanceof ClientEvent.Problem problem && problem.kind() == ProblemKind.PLUGIN_FAILED;
        try {
            events.publish(event);
        } finally {
            reportingFailure = false;
        }
    }

    private void openSocket(Effect.OpenSocket open) {
        linkNumber = open.connection();
        link = connector.open(open.endpoint(), new LinkEvents(open.connection()));
    }

    private void write(Effect.Send send) {
        if (link == null || send.connection() != linkNumber) {
            return;
        }
        try {
            link.write(codec.encode(send.message()));
            if (link.isFull()) {
                input(now -> state.blocked(send.connection()));
            }
        } catch (RuntimeException e) {
            // Whoever edited the document must not pay for a connection.
            broken(send.connection(), "Sending " + send.message().type(), e);
        }
    }

    private void closeSocket(Effect.CloseSocket close) {
        if (link != null && close.connection() == linkNumber) {
            link.close(close.code(), close.reason());
            link = null;
        }
    }

    private void awaitDrain(Effect.AwaitDrain await) {
        if (link != null && await.connection() == linkNumber && !link.isFull()) {
            // Not at once: other work of this event loop comes between two parts of a long upload.
            context.runOnContext(ignored -> input(now -> state.drained(await.connection(), now)));
        }
    }

    private void answerConnect(boolean connected) {
        List<Promise<Boolean>> answered = connecting;
        connecting = new ArrayList<>();
        answered.forEach(promise -> promise.complete(connected));
        if (connected) {
            List<Promise<Void>> live = List.copyOf(awaitingLive);
            awaitingLive.clear();
            live.forEach(Promise::complete);
        }
    }

    private void received(long connection, byte[] frame) {
        Message message;
        try {
            message = codec.decode(frame);
        } catch (MalformedMessageException e) {
            if (isForAnAbsentPlugin(e)) {
                return;
            }
            input(now -> state.undecodable(connection, e.getMessage(), now));
            return;
        }
        for (Message admitted : state.admit(connection, message)) {
            plugins.onMessage(admitted);
            handle(connection, admitted);
        }
        messages.publish(message);
    }

    /** Servers send presence to everybody, also to those who do not ask for it. That is nobody's problem. */
    private static boolean isForAnAbsentPlugin(MalformedMessageException e) {
        return e.reason() == MalformedMessageException.Reason.UNKNOWN_TYPE
                && e.type().orElse(0) >= MessageType.PLUGIN_CODE_MIN;
    }

    private void handle(long connection, Message message) {
        try {
            input(now -> state.receive(connection, message, now));
        } catch (RuntimeException e) {
            broken(connection, "Handling " + message.type(), e);
        }
    }

    /** A defect of ours. The session is not to be trusted any more; a new one starts from the document. */
    private void broken(long connection, String what, RuntimeException cause) {
        LOG.log(System.Logger.Level.ERROR, what + " failed", cause);
        input(now -> state.broken(connection, what + " failed: " + cause, now));
    }

    String documentId() {
        return documentId;
    }

    private void listenerFailed(RuntimeException failure) {
        problem(ProblemKind.PLUGIN_FAILED, "A listener threw " + failure);
    }

    private void pluginFailed(String plugin, RuntimeException failure) {
        problem(ProblemKind.PLUGIN_FAILED, "Plugin " + plugin + " threw " + failure);
    }

    private void queueStoreFailed(Throwable failure) {
        problem(ProblemKind.QUEUE_STORE_FAILED, String.valueOf(failure));
    }

    /** Queued like any other effect: a listener that fails on this very event must not be called from within itself. */
    private void problem(ProblemKind kind, String text) {
        if (reportingFailure) {
            // The listener that should hear of the failure is the one that failed.
            LOG.log(System.Logger.Level.ERROR, text);
            return;
        }
        toPerform.add(new Effect.Publish(ClientEvent.Problem.of(kind, text)));
        performAll();
    }

    /** What one socket reports, with the number of its connection. */
    private final class LinkEvents implements Connector.Listener {
        private final long connection;

        LinkEvents(long connection) {
            this.connection = connection;
        }

        @Override
        public void opened() {
            input(now -> state.socketOpened(connection, now));
        }

        @Override
        public void failed(String reason) {
            input(now -> state.socketFailed(connection, reason, now));
        }

        @Override
        public void received(byte[] frame) {
            SessionDriver.this.received(connection, frame);
        }

        @Override
        public void closed(String reason) {
            input(now -> state.socketClosed(connection, reason, now));
        }

        @Override
        public void drained() {
            input(now -> state.drained(connection, now));
        }
    }
}
