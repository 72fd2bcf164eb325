package dev.weft.server.simulation;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.ImportResult;
import dev.weft.crdt.id.PeerId;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.server.registry.DocumentKey;
import java.util.Collection;
import java.util.List;

/**
 * The reference client's connection, oddities included (spec protocol 1.7, 5.2 and 5.6): it does not notice a closed
 * socket, opens a new one with whatever it sends next, and a handshake that is never answered blocks it.
 */
abstract class StockClient extends SimulatedClient {
    private static final long HANDSHAKE_MILLIS = 5_000;
    private static final long PING_MILLIS = 15_000;
    private static final long PONG_MILLIS = 30_000;

    /** It was sent on a socket that is still being opened; the library opens it inside the first send. */
    private record Opening(Runnable sent, Runnable failed) {}

    boolean isHandshakeComplete;
    private boolean isAttemptOpen;
    private long attempt;
    private boolean isBlocked;
    private long pongAtMillis;
    private long pingTimer;
    private boolean isReconnecting;
    private boolean hasGivenUp;
    private int attemptsUsed;
    private Opening opening;

    StockClient(Simulation simulation, String name, DocumentKey key, PeerId peer) {
        super(simulation, name, key, peer);
    }

    abstract Message greeting();

    abstract Message ping();

    /** How long to wait before the next attempt; negative when no more are made. */
    abstract long pauseBefore(int attemptNumber);

    /** The handshake is over, or the transport is: what was in flight is not any more. */
    abstract void interrupted();

    abstract void received(Message message);

    abstract boolean hasUnsent();

    // The application.

    @Override
    void connect() {
        isWanted = true;
        hasGivenUp = false;
        if (!isHandshakeComplete && !isReconnecting) {
            // What applications do with a client whose connect() hangs: they make a new one over the same document.
            isAttemptOpen = false;
            // A first attempt that fails is not repeated: somebody has to press the button again.
            attempt(() -> hasGivenUp = true);
        }
    }

    @Override
    void disconnect() {
        isWanted = false;
        isHandshakeComplete = false;
        isAttemptOpen = false;
        isReconnecting = false;
        attempt++;
        pingTimer++;
        interrupted();
        dropSocket();
    }

    @Override
    boolean isSettled() {
        return isHandshakeComplete && !isReconnecting && !hasUnsent();
    }

    boolean hasGivenUp() {
        return hasGivenUp;
    }

    // Connecting.

    /** @param failed what the procedure does next if this attempt fails */
    private void attempt(Runnable failed) {
        if (isAttemptOpen) {
            return;
        }
        dropSocket();
        isAttemptOpen = true;
        isBlocked = false;
        long number = ++attempt;
        attemptFailed = failed;
        sendOpening(
                greeting(),
                () -> simulation.schedule().after(HANDSHAKE_MILLIS, () -> {
                    if (number == attempt && isAttemptOpen && !isHandshakeComplete) {
                        // connect() returns false, and the attempt stays open for ever (spec protocol 5.2).
                        failed.run();
                    }
                }),
                () -> {
                    if (number == attempt) {
                        isAttemptOpen = false;
                        failed.run();
                    }
                });
    }

    private Runnable attemptFailed = () -> {};

    final void handshakeAnswered() {
        isAttemptOpen = false;
        isHandshakeComplete = true;
        isReconnecting = false;
        attemptsUsed = 0;
        pongAtMillis = now();
        pingLater(++pingTimer);
    }

    private void transportFailed() {
        isHandshakeComplete = false;
        isAttemptOpen = false;
        attempt++;
        interrupted();
        if (isWanted && !isReconnecting) {
            reconnect();
        }
    }

    private void reconnect() {
        long pause = pauseBefore(attemptsUsed);
        if (pause < 0) {
            isReconnecting = false;
            hasGivenUp = true;
            attemptsUsed = 0;
            simulation.trace().add(name(), "gives up");
            return;
        }
        attemptsUsed++;
        isReconnecting = true;
        simulation.schedule().after(pause, () -> {
            if (isWanted && isReconnecting) {
                attempt(() -> {
                    if (isReconnecting) {
                        reconnect();
                    }
                });
            }
        });
    }

    private void pingLater(long number) {
        simulation.schedule().after(PING_MILLIS, () -> {
            if (number != pingTimer || !isWanted) {
                return;
            }
            if (now() - pongAtMillis > PONG_MILLIS) {
                dropSocket();
                isReconnecting = false;
                transportFailed();
            } else {
                send(ping());
            }
            pingLater(number);
        });
    }

    // The lazy transport.

    /** Sends on the socket there is, or on a new one. */
    final void send(Message message) {
        if (!isHandshakeComplete || isBlocked) {
            interrupted();
            return;
        }
        if (socket != null) {
            socket.toServer(message);
        } else if (opening == null) {
            simulation.trace().add(name(), "opens a socket in silence");
            sendOpening(message, () -> {}, this::transportFailed);
        }
        // While a socket is being opened, later frames wait for it in the library; we let them be lost instead.
    }

    private void sendOpening(Message first, Runnable sent, Runnable failed) {
        Opening mine = new Opening(sent, failed);
        opening = mine;
        simulation.open(
                this,
                opened -> {
                    if (opening != mine || !isWanted) {
                        opened.letGo();
                        return;
                    }
                    opening = null;
                    socket = opened;
                    opened.toServer(first);
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

    @Override
    void socketGone(SimulatedSocket gone) {
        if (gone == socket) {
            // Nothing else: no status, no reconnect (spec protocol 1.7).
            socket = null;
        }
    }

    @Override
    void heard(SimulatedSocket from, Message message) {
        if (from != socket) {
            return;
        }
        if (message instanceof Pong) {
            pongAtMillis = now();
        } else if (message instanceof Ping ping) {
            socket.toServer(new Pong(key().id(), ping.timestamp(), now()));
        } else if (message instanceof ErrorMessage error && error.code().equals(ErrorCode.HANDSHAKE_FAILED)) {
            handshakeFailed();
        } else {
            received(message);
        }
    }

    private void handshakeFailed() {
        if (isAttemptOpen && !isHandshakeComplete) {
            isAttemptOpen = false;
            attempt++;
            attemptFailed.run();
        } else {
            // Blocks all sends until the liveness timeout (spec protocol 2.7).
            isBlocked = true;
        }
    }

    // Both modes import alike.

    /** Batch import of the reference: what seems known is dropped, what is not ready is skipped in silence. */
    final void importBatch(Collection<Change> changes) {
        List<Change> unknown = changes.stream()
                .filter(change -> !document.versionVector().covers(change.id()))
                .toList();
        document.importAll(unknown);
    }

    final ImportResult importOne(Change change) {
        return document.importAll(List.of(change));
    }

    final long now() {
        return simulation.schedule().now();
    }
}
