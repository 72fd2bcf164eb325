package dev.weft.server.simulation;

import dev.weft.client.sync.Bounds;
import dev.weft.client.sync.DocumentReplica;
import dev.weft.client.sync.Effect;
import dev.weft.client.sync.SessionSettings;
import dev.weft.client.sync.SessionState;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.protocol.message.Message;
import dev.weft.server.registry.DocumentKey;
import java.util.List;

/** A client of our own: the real session state, performed on virtual time. */
abstract class WeftClient<S extends SessionState> extends SimulatedClient {
    private static final long WRITE_MILLIS = 3;

    private S state;
    private long connection;
    private long timer;

    WeftClient(Simulation simulation, String name, DocumentKey key, PeerId peer) {
        super(simulation, name, key, peer);
    }

    static DocumentReplica replicaOf(SimulatedClient client) {
        return new DocumentReplica(client.document, Bounds.DEFAULT);
    }

    abstract S newState(SessionSettings settings);

    abstract List<Effect> localChange(S session, Change change, long now);

    abstract SessionSettings settings();

    final S state() {
        if (state == null) {
            state = newState(settings());
        }
        return state;
    }

    @Override
    void connect() {
        isWanted = true;
        perform(state().connect(now()));
    }

    @Override
    void disconnect() {
        isWanted = false;
        perform(state().disconnect(now()));
    }

    @Override
    void edited(Change change) {
        perform(localChange(state(), change, now()));
    }

    @Override
    void heard(SimulatedSocket from, Message message) {
        if (from != socket) {
            return;
        }
        for (Message admitted : state().admit(connection, message)) {
            perform(state().receive(connection, admitted, now()));
        }
    }

    @Override
    void socketGone(SimulatedSocket gone) {
        if (gone == socket) {
            socket = null;
            perform(state().socketClosed(connection, "gone", now()));
        }
    }

    private void perform(List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.OpenSocket open) {
                open(open.connection());
            } else if (effect instanceof Effect.Send send) {
                if (socket != null && send.connection() == connection) {
                    socket.toServer(send.message());
                }
            } else if (effect instanceof Effect.CloseSocket) {
                if (socket != null) {
                    socket.letGo();
                    socket = null;
                }
            } else if (effect instanceof Effect.AwaitDrain drain) {
                simulation.schedule().after(WRITE_MILLIS, () -> perform(state().drained(drain.connection(), now())));
            } else if (effect instanceof Effect.EditsDurable durable) {
                for (OperationId id : madeUpTo(durable.versionVector())) {
                    simulation.witness().requireStored(key(), id, name() + " takes it for durable");
                }
            } else if (effect instanceof Effect.Publish publish) {
                simulation.trace().add(name(), publish.event());
            }
        }
        schedule();
    }

    private void open(long number) {
        connection = number;
        simulation.open(
                this,
                opened -> {
                    if (number == connection && isWanted) {
                        socket = opened;
                        perform(state().socketOpened(number, now()));
                    } else {
                        opened.letGo();
                    }
                },
                () -> perform(state().socketFailed(number, "refused", now())));
    }

    private void schedule() {
        long deadline = state().nextDeadline();
        long number = ++timer;
        if (deadline != Long.MAX_VALUE) {
            simulation.schedule().at(Math.max(deadline, now() + 1), () -> {
                if (number == timer) {
                    perform(state().tick(now()));
                }
            });
        }
    }

    private long now() {
        return simulation.schedule().now();
    }
}
