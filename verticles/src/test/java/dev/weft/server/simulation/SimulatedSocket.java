package dev.weft.server.simulation;

import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.Welcome;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One WebSocket. Ordered both ways; when it breaks, what is on its way is lost, and each end notices in its own time.
 */
final class SimulatedSocket {
    private static final int FRAME_BYTES = 100;
    private static final int CHANGE_BYTES = 150;

    private final Simulation simulation;
    private final SimulatedClient client;
    private final SimulatedConnection connection;
    private final Deque<Message> stuck = new ArrayDeque<>();
    private final SessionRecord record;
    private long upAt;
    private long downAt;
    private long queuedBytes;
    private boolean isBroken;
    private boolean isLetGo;

    SimulatedSocket(Simulation simulation, SimulatedClient client, SimulatedNode node) {
        this.simulation = simulation;
        this.client = client;
        this.connection = node.gateway().accept(this);
        this.record = new SessionRecord(simulation.witness(), client, connection.sessionId());
    }

    SimulatedNode node() {
        return connection.node();
    }

    boolean isBroken() {
        return isBroken;
    }

    /** The client lets go of it; nothing more is heard from it. */
    void letGo() {
        isLetGo = true;
        if (!isBroken) {
            // The close comes behind what was sent before.
            upAt = Math.max(upAt, simulation.schedule().now() + delay());
            simulation.schedule().at(upAt, () -> connection.node().later(0, () -> {
                isBroken = true;
                connection.closed();
            }));
        }
    }

    /** @return whether the client could write; that it was lost is not noticed */
    void toServer(Message message) {
        simulation.trace().add(client.name(), "says on", connection.sessionId(), message);
        record.said(message);
        if (isBroken) {
            return;
        }
        upAt = Math.max(upAt, simulation.schedule().now() + delay());
        simulation.schedule().at(upAt, () -> {
            if (!isBroken) {
                connection.node().later(0, () -> connection.receive(message));
            }
        });
    }

    void toClient(Message message) {
        if (isBroken) {
            return;
        }
        queuedBytes += size(message);
        requireBounded();
        downAt = Math.max(downAt, simulation.schedule().now() + delay());
        simulation.schedule().at(downAt, () -> {
            if (client.isStalled() || !stuck.isEmpty()) {
                stuck.add(message);
            } else {
                arrive(message);
            }
        });
    }

    /** The client reads again. */
    void readOn() {
        while (!stuck.isEmpty() && !client.isStalled()) {
            arrive(stuck.poll());
        }
    }

    private void arrive(Message message) {
        if (isBroken || isLetGo) {
            return;
        }
        queuedBytes -= size(message);
        if (queuedBytes <= simulation.scenario().bounds().writeQueueBytesMax() / 2) {
            connection.node().later(0, connection::drained);
        }
        simulation.trace().add(client.name(), "hears on", connection.sessionId(), message);
        record.heard(message);
        client.heard(this, message);
    }

    boolean isWriteQueueFull() {
        return queuedBytes > simulation.scenario().bounds().writeQueueBytesMax();
    }

    private void requireBounded() {
        // One answer or one catch-up may begin when there is room; a welcome holds the room. Pongs come regardless.
        long bound = simulation.scenario().bounds().writeQueueBytesMax()
                + 2L * simulation.scenario().bounds().link().partBytesMax()
                + 2L * CHANGE_BYTES * simulation.witness().lastPosition(client.key())
                + 30_000;
        if (queuedBytes > bound) {
            throw new Violation(
                    Invariant.I10_BOUNDED,
                    "session " + connection.sessionId() + " has " + queuedBytes + " bytes queued");
        }
    }

    /** The network breaks it; both ends notice later, if at all. */
    void breakOff(long clientNoticesMillis, long serverNoticesMillis) {
        if (isBroken) {
            return;
        }
        isBroken = true;
        simulation.trace().add(client.name(), "loses", connection.sessionId());
        simulation.schedule().after(clientNoticesMillis, this::noticed);
        connection.node().later(serverNoticesMillis, connection::closed);
    }

    /** The server closes it: what was written before arrives. */
    void close() {
        downAt = Math.max(downAt, simulation.schedule().now() + delay());
        simulation.schedule().at(downAt, () -> {
            if (!isBroken) {
                isBroken = true;
                noticed();
            }
        });
    }

    /** The server's end is gone. */
    void abort() {
        if (isBroken) {
            return;
        }
        isBroken = true;
        simulation.schedule().after(simulation.schedule().upTo(2_000), this::noticed);
    }

    private void noticed() {
        if (!isLetGo) {
            isLetGo = true;
            client.socketGone(this);
        }
    }

    private long delay() {
        return 1 + simulation.schedule().upTo(simulation.scenario().network().socketDelayMillis());
    }

    private static long size(Message message) {
        if (message instanceof ChangeMessage) {
            return FRAME_BYTES + CHANGE_BYTES;
        } else if (message instanceof ChangesMessage m) {
            return FRAME_BYTES + (long) CHANGE_BYTES * m.changes().size();
        } else if (message instanceof HandshakeResponse m) {
            return FRAME_BYTES + (long) CHANGE_BYTES * m.changes().size();
        } else if (message instanceof DocumentStatus m) {
            return FRAME_BYTES + (long) CHANGE_BYTES * m.changes().size();
        } else if (message instanceof RelayChanges m) {
            return FRAME_BYTES + (long) CHANGE_BYTES * m.changes().size();
        } else if (message instanceof Welcome m) {
            return FRAME_BYTES + (long) CHANGE_BYTES * m.changes().size();
        }
        return FRAME_BYTES;
    }
}
