package dev.weft.server.simulation;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.PeerId;
import dev.weft.protocol.message.Message;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.testkit.stock.StockAwareClient;
import dev.weft.testkit.stock.StockClient;
import dev.weft.testkit.stock.StockHost;
import dev.weft.testkit.stock.StockRelayClient;
import java.util.function.Consumer;

/** Somebody with the reference's client, on virtual time. */
final class StockPerson extends SimulatedClient {
    private static final long PING_MILLIS = 15_000;

    private final StockClient client;
    private StockSocket current;

    StockPerson(Simulation simulation, String name, DocumentKey key, PeerId peer) {
        super(simulation, name, key, peer);
        Host host = new Host();
        client = key.kind() == DocumentKind.AWARE
                ? new StockAwareClient(host, key.id(), document, PING_MILLIS)
                : new StockRelayClient(host, key.id(), document, PING_MILLIS);
        client.onStatus(status -> simulation.trace().add(name, "is", status));
    }

    private final class Host implements StockHost {
        @Override
        public long nowMillis() {
            return simulation.schedule().now();
        }

        @Override
        public void after(long millis, Runnable action) {
            simulation.schedule().after(millis, action);
        }

        @Override
        public long jitter(long millis) {
            return simulation.schedule().upTo(millis);
        }

        @Override
        public void open(Consumer<Socket> opened, Runnable failed) {
            simulation.open(
                    StockPerson.this,
                    socketOpened -> {
                        StockSocket mine = new StockSocket(socketOpened);
                        opened.accept(mine);
                        if (!mine.isLetGo) {
                            current = mine;
                            socket = socketOpened;
                        }
                    },
                    failed);
        }
    }

    private final class StockSocket implements StockHost.Socket {
        private final SimulatedSocket simulated;
        private boolean isLetGo;

        StockSocket(SimulatedSocket simulated) {
            this.simulated = simulated;
        }

        @Override
        public void send(Message message) {
            simulated.toServer(message);
        }

        @Override
        public void letGo() {
            isLetGo = true;
            simulated.letGo();
            forget(simulated);
        }
    }

    private void forget(SimulatedSocket gone) {
        if (gone == socket) {
            socket = null;
            current = null;
        }
    }

    boolean hasGivenUp() {
        return client.hasGivenUp();
    }

    @Override
    void connect() {
        isWanted = true;
        if (!client.isHandshakeComplete() && !client.isReconnecting()) {
            client.forgetAttempt();
            client.connect(connected -> {});
        }
    }

    @Override
    void disconnect() {
        isWanted = false;
        client.disconnect();
    }

    @Override
    void edited(Change change) {
        client.edited(change);
    }

    @Override
    void heard(SimulatedSocket from, Message message) {
        if (from == socket) {
            client.received(current, message);
        }
    }

    @Override
    void socketGone(SimulatedSocket gone) {
        if (gone == socket) {
            StockSocket mine = current;
            forget(gone);
            client.socketGone(mine);
        }
    }

    @Override
    boolean isSettled() {
        return client.isHandshakeComplete() && !client.isReconnecting() && !client.hasUnsent();
    }
}
