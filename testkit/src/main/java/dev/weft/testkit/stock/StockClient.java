package dev.weft.testkit.stock;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.PluginMessage;
import dev.weft.protocol.message.Pong;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The reference client's connection, oddities included (spec protocol 1.7, 5.1, 5.2 and 5.6): it does not notice a closed
 * socket, opens a new one with whatever it sends next, and an attempt to connect that is never answered blocks it.
 */
public abstract class StockClient {
    private static final long HANDSHAKE_MILLIS = 5_000;

    /**
     * The pings of the reference. A test may ping more often, to be healed sooner; the client is as patient as ever, or a
     * busy machine makes it connect anew all the time, and each ping ends the attempt that the one before began.
     */
    private static final long PATIENCE_MILLIS = 15_000;

    public enum Status {
        DISCONNECTED,
        CONNECTING,
        CONNECTED,
        RECONNECTING,
        ERROR
    }

    /** A socket that is being opened inside the first send; what is sent meanwhile waits behind that. */
    private static final class Opening {
        final List<Message> waiting = new ArrayList<>();
    }

    final StockHost host;
    final String documentId;
    final Document document;
    private final long pingMillis;
    private StockAwareness awareness;
    private Consumer<Status> statusListener = status -> {};
    private Status status = Status.DISCONNECTED;
    private String sessionId;
    private StockHost.Socket socket;
    private Opening opening;
    private Consumer<Boolean> attempt;
    private boolean isHandshakeComplete;
    private boolean isBlocked;
    private boolean isWanted;
    private boolean isReconnecting;
    private int attemptsUsed;
    private boolean hasGivenUp;
    private long attemptNumber;
    private long pingNumber;
    private long pongAtMillis;

    /** @param pingMillis 15,000 in the reference; without a pong for twice that, and 30 s at least, it connects anew */
    StockClient(StockHost host, String documentId, Document document, long pingMillis) {
        this.host = host;
        this.documentId = documentId;
        this.document = document;
        this.pingMillis = pingMillis;
    }

    // What the modes differ in.

    abstract Message greeting();

    abstract Message ping();

    /** How long to wait before the next attempt; negative when no more are made. */
    abstract long pauseBefore(int attemptNumber);

    /** The handshake is over, or the transport is: what was in flight is not any more. */
    abstract void interrupted();

    abstract void handle(Message message);

    /** What OUT_OF_SYNC means; false if nothing. */
    abstract boolean resynchronise();

    /** A change was made here, or the document says so. */
    public abstract void edited(Change change);

    public abstract void requestSync();

    public abstract boolean hasUnsent();

    // The application.

    public final void onStatus(Consumer<Status> listener) {
        statusListener = listener;
    }

    /** @param initial metadata that is sent after each handshake; null for none */
    public final StockAwareness withAwareness(Map<String, Object> initial) {
        awareness = new StockAwareness(this, initial);
        return awareness;
    }

    public final Status status() {
        return status;
    }

    public final String sessionId() {
        return sessionId;
    }

    public final boolean isHandshakeComplete() {
        return isHandshakeComplete;
    }

    public final boolean isReconnecting() {
        return isReconnecting;
    }

    /** Whether only the application can bring it back: the first attempt failed, or the last one of a procedure. */
    public final boolean hasGivenUp() {
        return hasGivenUp;
    }

    /** @param answered is never called when an earlier attempt is still open, as the reference's future never completes */
    public final void connect(Consumer<Boolean> answered) {
        isWanted = true;
        if (isHandshakeComplete) {
            answered.accept(true);
        } else if (attempt == null) {
            hasGivenUp = false;
            attemptOnce(succeeded -> {
                hasGivenUp = !succeeded;
                answered.accept(succeeded);
            });
        }
    }

    /** What applications do with a client that hangs: they make a new one over the same document. */
    public final void forgetAttempt() {
        attempt = null;
        isReconnecting = false;
        attemptNumber++;
    }

    public final void disconnect() {
        isWanted = false;
        isHandshakeComplete = false;
        isReconnecting = false;
        pingNumber++;
        attemptNumber++;
        // The attempt stays open, if there is one (spec protocol 5.2); the wait before the next one is not cancelled
        // in the reference, which is a fault of its own that no server sees (J11).
        interrupted();
        dropSocket();
        sessionId = null;
        become(Status.DISCONNECTED);
    }

    // Connecting.

    private void attemptOnce(Consumer<Boolean> answered) {
        dropSocket();
        isBlocked = false;
        become(status == Status.DISCONNECTED ? Status.CONNECTING : Status.RECONNECTING);
        attempt = answered;
        long number = ++attemptNumber;
        open(
                greeting(),
                () -> host.after(HANDSHAKE_MILLIS, () -> {
                    if (number == attemptNumber && attempt == answered) {
                        // It answers false and stays open for ever.
                        answered.accept(false);
                    }
                }),
                () -> {
                    if (number == attemptNumber) {
                        attempt = null;
                        become(Status.ERROR);
                        answered.accept(false);
                    }
                });
    }

    /** @param id of the session the server told of */
    final void handshakeAnswered(String id) {
        sessionId = id;
        Consumer<Boolean> waiting = attempt;
        attempt = null;
        if (isHandshakeComplete) {
            return;
        }
        isHandshakeComplete = true;
        isReconnecting = false;
        attemptsUsed = 0;
        pongAtMillis = host.nowMillis();
        hasGivenUp = false;
        pingLater(++pingNumber, pingMillis);
        become(Status.CONNECTED);
        if (awareness != null) {
            awareness.connected();
        }
        if (waiting != null) {
            waiting.accept(true);
        }
    }

    private void transportFailed() {
        isHandshakeComplete = false;
        attempt = null;
        attemptNumber++;
        interrupted();
        if (!isReconnecting) {
            become(Status.ERROR);
            if (isWanted) {
                reconnect();
            }
        }
    }

    private void reconnect() {
        long pause = pauseBefore(attemptsUsed);
        if (pause < 0) {
            isReconnecting = false;
            attemptsUsed = 0;
            hasGivenUp = true;
            become(Status.ERROR);
            return;
        }
        attemptsUsed++;
        isReconnecting = true;
        become(Status.RECONNECTING);
        host.after(pause, () -> {
            // An attempt that was not answered is still open, and this one waits for it: until the ping timer ends
            // both.
            if (isWanted && isReconnecting && attempt == null) {
                attemptOnce(succeeded -> {
                    if (!succeeded && isReconnecting) {
                        reconnect();
                    }
                });
            }
        });
    }

    private void pingLater(long number, long millis) {
        host.after(millis, () -> {
            if (number != pingNumber || !isWanted) {
                return;
            }
            long patience = Math.max(pingMillis, PATIENCE_MILLIS);
            if (host.nowMillis() - pongAtMillis > 2 * patience) {
                pingLater(number, patience);
                dropSocket();
                isReconnecting = false;
                transportFailed();
            } else {
                pingLater(number, pingMillis);
                sendPing();
            }
        });
    }

    public final void sendPing() {
        send(ping());
    }

    // The lazy transport.

    /** Sends on the socket there is, or on a new one. */
    final void send(Message message) {
        if (!isHandshakeComplete || isBlocked) {
            interrupted();
            return;
        }
        if (socket != null) {
            socket.send(message);
            become(Status.CONNECTED);
        } else if (opening != null) {
            opening.waiting.add(message);
        } else {
            open(message, () -> become(Status.CONNECTED), this::transportFailed);
        }
    }

    private void open(Message first, Runnable sent, Runnable failed) {
        Opening mine = new Opening();
        opening = mine;
        host.open(
                opened -> {
                    if (opening != mine) {
                        opened.letGo();
                        return;
                    }
                    opening = null;
                    socket = opened;
                    opened.send(first);
                    mine.waiting.forEach(opened::send);
                    sent.run();
                },
                () -> {
                    if (opening == mine) {
                        opening = null;
                        failed.run();
                    }
                });
    }

    private void dropSocket() {
        opening = null;
        if (socket != null) {
            socket.letGo();
            socket = null;
        }
    }

    /** The peer's side of a socket ended: the transport forgets it, and that is all (spec protocol 1.7). */
    public final void socketGone(StockHost.Socket gone) {
        if (gone == socket) {
            socket = null;
        }
    }

    private void become(Status next) {
        if (status != next) {
            status = next;
            statusListener.accept(next);
        }
    }

    // Receiving.

    /** A message that arrived on a socket; undecodable frames are dropped before. */
    public final void received(StockHost.Socket from, Message message) {
        if (from != socket || !message.documentId().equals(documentId)) {
            return;
        }
        if (message instanceof PluginMessage plugin) {
            if (awareness != null) {
                awareness.received(plugin);
            }
        } else if (message instanceof Pong) {
            pongAtMillis = host.nowMillis();
        } else if (message instanceof Ping ping) {
            from.send(new Pong(documentId, ping.timestamp(), host.nowMillis()));
        } else if (message instanceof ErrorMessage error) {
            failed(error.code());
        } else {
            handle(message);
        }
    }

    private void failed(String code) {
        if (code.equals(ErrorCode.OUT_OF_SYNC) && resynchronise()) {
            return;
        }
        become(Status.ERROR);
        if (!code.equals(ErrorCode.HANDSHAKE_FAILED)) {
            return;
        }
        if (isHandshakeComplete) {
            // Blocks all sends until the liveness timeout (spec protocol 2.7).
            isBlocked = true;
        } else if (attempt != null) {
            Consumer<Boolean> waiting = attempt;
            attempt = null;
            attemptNumber++;
            waiting.accept(false);
        }
    }

    // Both modes import alike.

    /** Batch import: what seems known is dropped, what is not ready is skipped in silence (spec protocol 5.4). */
    final void importBatch(Collection<Change> changes) {
        List<Change> unknown = changes.stream()
                .filter(change -> !document.versionVector().covers(change.id()))
                .toList();
        document.importAll(unknown);
    }
}
