package dev.weft.client.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.ReferenceServer;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Several aware clients against the reference server's behaviour, on a network that does its worst. Afterwards nobody
 * lacks anything, and on the way nobody sent what the server was known to have. Replay with {@code -Dseed=…}, go on for
 * longer with {@code -Dweft.simulation.seeds=…}.
 */
class SyncSimulationTest {
    private static final int CLIENTS = 4;
    private static final int STEPS = 150;

    @Test
    void nobodyLacksAnythingOnceTheNetworkIsCalm() {
        Long seed = Long.getLong("seed");
        int seeds = Integer.getInteger("weft.simulation.seeds", 24);
        for (long s = seed == null ? 1 : seed; s <= (seed == null ? seeds : seed); s++) {
            try {
                new Run(s).play();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("Replay with -Dseed=" + s, e);
            }
        }
    }

    /** The socket was full right after the handshake went out, and its drain was forgotten. */
    @Test
    void regressionSeed490() {
        new Run(490).play();
    }

    private static final class Run {
        private final SplittableRandom random;
        private final SendOnce sendOnce = new SendOnce();
        private final SimulatedNetwork network;
        private final ReferenceServer server;
        private final Set<OperationId> created = new HashSet<>();
        private final boolean serverForgets;

        Run(long seed) {
            serverForgets = seed % 2 == 0;
            random = new SplittableRandom(seed);
            network = new SimulatedNetwork(random.split(), sendOnce);
            server = new ReferenceServer(Script.DOC, network::toClient);
            network.serve(new SimulatedNetwork.Server() {
                @Override
                public void receive(String session, Message message) {
                    server.receive(session, message);
                }

                @Override
                public void disconnected(String session) {
                    server.disconnected(session);
                }
            });
        }

        void play() {
            for (int i = 1; i <= CLIENTS; i++) {
                MemoryReplica replica = new MemoryReplica(i);
                SessionSettings settings =
                        SessionSettings.of(Script.DOC).withBounds(Bounds.DEFAULT.withFrameBytesMax(2_000));
                SimulatedNetwork.Node node = network.add(new SyncState(settings, replica, random.split()), replica);
                node.input(node.state::connect);
            }
            network.refusePercent = random.nextInt(60);
            for (int i = 0; i < STEPS; i++) {
                step();
                network.run(random.nextInt(random.nextInt(10) == 0 ? 20_000 : 60));
            }
            settle();
            verify();
        }

        private void step() {
            SimulatedNetwork.Node node = network.nodes.get(random.nextInt(CLIENTS));
            int dice = random.nextInt(100);
            if (dice < 70) {
                edit(node);
            } else if (dice < 85) {
                network.cut(node);
            } else if (dice < 90) {
                network.swallow(node);
            } else if (dice < 93) {
                node.input(node.state::disconnect);
            } else if (dice < 96) {
                server.compact();
            } else if (dice < 97 && serverForgets) {
                server.loseState();
                sendOnce.serverForgot();
            } else {
                node.input(time -> ((SyncState) node.state).requestSync(time));
            }
            if (random.nextInt(4) == 0) {
                network.nodes.forEach(each -> each.input(each.state::connect));
            }
        }

        private void edit(SimulatedNetwork.Node node) {
            int burst = 1 + random.nextInt(6);
            for (int i = 0; i < burst; i++) {
                Change change = node.replica.edit(1 + random.nextInt(300));
                created.add(change.id());
                node.input(time -> ((SyncState) node.state).localChange(change, time));
            }
        }

        /** Two rounds of reconnecting: the first brings everything to the server, the second to everybody. */
        private void settle() {
            network.refusePercent = 0;
            for (int round = 0; round < 2; round++) {
                network.nodes.forEach(network::cut);
                network.run(1_000);
                network.nodes.forEach(node -> node.input(node.state::connect));
                network.run(120_000);
            }
        }

        private void verify() {
            if (!serverForgets) {
                // Uploads are in causal order, so a server that forgets nothing never has a reason to complain.
                assertThat(server.outOfSyncSent).isZero();
            }
            for (SimulatedNetwork.Node node : network.nodes) {
                assertThat(node.state.isLive()).isTrue();
                assertThat(node.replica.waiting()).isZero();
                assertThat(created).allMatch(node.replica::contains);
                assertThat(node.replica.versionVector()).isEqualTo(server.versionVector());
            }
        }
    }

    /**
     * Objects to a client that sends a change although it sent it on this connection before, or although the server sent
     * it or said that it has it; unless the server said later that it has it not.
     */
    private static final class SendOnce implements SimulatedNetwork.Observer {
        private final Map<SimulatedNetwork.Node, Set<OperationId>> exchanged = new HashMap<>();
        private final Map<SimulatedNetwork.Node, VersionVector> serverHas = new HashMap<>();

        @Override
        public void opened(SimulatedNetwork.Node node) {
            exchanged.put(node, new HashSet<>());
            serverHas.put(node, VersionVector.EMPTY);
        }

        void serverForgot() {
            exchanged.values().forEach(Set::clear);
            serverHas.replaceAll((node, vector) -> VersionVector.EMPTY);
        }

        @Override
        public void sent(SimulatedNetwork.Node node, Message message) {
            if (message instanceof HandshakeRequest) {
                assertThat(exchanged.get(node)).isEmpty();
            }
            Set<OperationId> batch = new HashSet<>();
            for (Change change : changesIn(message)) {
                assertThat(serverHas.get(node).covers(change.id()))
                        .as("%s is at the server", change)
                        .isFalse();
                assertThat(exchanged.get(node).contains(change.id()))
                        .as("%s was exchanged before", change)
                        .isFalse();
                assertThat(batch.add(change.id())).isTrue();
            }
            exchanged.get(node).addAll(batch);
        }

        @Override
        public void received(SimulatedNetwork.Node node, Message message) {
            changesIn(message).forEach(change -> exchanged.get(node).add(change.id()));
            if (message instanceof HandshakeResponse response) {
                serverHas.put(node, response.versionVector());
            } else if (message instanceof DocumentStatus status) {
                serverHas.put(node, status.versionVector());
                exchanged.get(node).removeIf(id -> !status.versionVector().covers(id));
            }
        }

        private static List<Change> changesIn(Message message) {
            if (message instanceof ChangeMessage change) {
                return List.of(change.change());
            }
            return message instanceof ChangesMessage changes ? changes.changes() : List.of();
        }
    }
}
