package dev.weft.client.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.ReferenceRelay;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.protocol.message.Welcome;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Several relay clients against the reference relay's behaviour. Afterwards the room and every member hold everything;
 * on the way nobody pushed what it knew the room to have, and no snapshot deleted an entry it did not contain. Replay
 * with {@code -Dseed=…}, go on for longer with {@code -Dweft.simulation.seeds=…}.
 */
class RelaySimulationTest {
    private static final int CLIENTS = 4;
    private static final int STEPS = 150;
    private static final int COMPACT_ABOVE = 12;

    @Test
    void theRoomAndItsMembersHoldEverythingOnceTheNetworkIsCalm() {
        Long seed = Long.getLong("seed");
        int seeds = Integer.getInteger("weft.simulation.seeds", 24);
        int uploads = 0;
        for (long s = seed == null ? 1 : seed; s <= (seed == null ? seeds : seed); s++) {
            try {
                Run run = new Run(s);
                run.play();
                uploads += run.uploads;
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("Replay with -Dseed=" + s, e);
            }
        }
        assertThat(uploads).as("snapshots uploaded").isPositive();
    }

    private static final class Run {
        private final SplittableRandom random;
        private final PushOnce pushOnce = new PushOnce();
        private final SimulatedNetwork network;
        private final ReferenceRelay relay;
        private final Set<OperationId> created = new HashSet<>();
        private final boolean relayForgets;
        private int uploads;

        Run(long seed) {
            relayForgets = seed % 2 == 0;
            random = new SplittableRandom(seed);
            network = new SimulatedNetwork(random.split(), pushOnce);
            relay = new ReferenceRelay(Script.DOC, network::toClient, () -> network.now, COMPACT_ABOVE, 3_000)
                    .onUpload(this::inspect);
            network.serve(new SimulatedNetwork.Server() {
                @Override
                public void receive(String session, Message message) {
                    relay.receive(session, message);
                }

                @Override
                public void disconnected(String session) {
                    relay.disconnected(session);
                }
            });
        }

        /** The entries it deletes must be in it, and nothing may be in it that the room never stored. */
        private void inspect(SnapshotUpload upload) {
            uploads++;
            assertThat(upload.upToSeq()).isBetween(1L, relay.lastSeq());
            VersionVector held = RoomContent.read(upload.snapshot(), List.of()).snapshotVector();
            relay.log().forEach((seq, blob) -> {
                if (seq <= upload.upToSeq()) {
                    assertThat(held.covers(idOf(blob))).isTrue();
                }
            });
        }

        void play() {
            for (int i = 1; i <= CLIENTS; i++) {
                MemoryReplica replica = new MemoryReplica(i);
                SessionSettings settings =
                        SessionSettings.of(Script.DOC).withBounds(Bounds.DEFAULT.withFrameBytesMax(2_000));
                SimulatedNetwork.Node node = network.add(new RelayState(settings, replica, random.split()), replica);
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
            if (dice < 75) {
                edit(node);
            } else if (dice < 88) {
                network.cut(node);
            } else if (dice < 92) {
                network.swallow(node);
            } else if (dice < 95) {
                node.input(node.state::disconnect);
            } else if (dice < 96 && relayForgets) {
                network.nodes.forEach(network::cut);
                relay.loseStore();
            } else {
                node.input(time -> ((RelayState) node.state).requestSync(time));
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
                node.input(time -> ((RelayState) node.state).localChange(change, time));
            }
        }

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
            RoomContent room =
                    RoomContent.read(relay.snapshot(), List.copyOf(relay.log().values()));
            Set<OperationId> inLog = room.changeIds();
            assertThat(created)
                    .allMatch(id -> inLog.contains(id) || room.snapshotVector().covers(id));
            for (SimulatedNetwork.Node node : network.nodes) {
                assertThat(node.state.isLive()).isTrue();
                assertThat(node.replica.waiting()).isZero();
                assertThat(((RelayState) node.state).pendingChanges()).isZero();
                assertThat(((RelayState) node.state).lastKnownSeq()).isEqualTo(relay.lastSeq());
                assertThat(created).allMatch(node.replica::contains);
            }
        }
    }

    private static OperationId idOf(String blob) {
        return RoomContent.read(null, List.of(blob)).changes().get(0).id();
    }

    /** Objects to a client that pushes what a welcome, another member or an earlier push put into the room. */
    private static final class PushOnce implements SimulatedNetwork.Observer {
        private final Map<SimulatedNetwork.Node, Set<OperationId>> inRoom = new HashMap<>();
        private final Map<SimulatedNetwork.Node, VersionVector> inSnapshot = new HashMap<>();

        @Override
        public void opened(SimulatedNetwork.Node node) {
            inRoom.put(node, new HashSet<>());
            inSnapshot.put(node, VersionVector.EMPTY);
        }

        @Override
        public void sent(SimulatedNetwork.Node node, Message message) {
            if (message instanceof Push push) {
                for (String blob : push.changes()) {
                    OperationId id = idOf(blob);
                    assertThat(inRoom.get(node).add(id))
                            .as("%s is pushed for the first time", id)
                            .isTrue();
                    assertThat(inSnapshot.get(node).covers(id)).isFalse();
                }
            }
        }

        @Override
        public void received(SimulatedNetwork.Node node, Message message) {
            if (message instanceof Welcome welcome) {
                RoomContent content = RoomContent.read(welcome.snapshot(), welcome.changes());
                inRoom.put(node, new HashSet<>(content.changeIds()));
                inSnapshot.put(node, content.snapshotVector());
            } else if (message instanceof RelayChanges changes) {
                inRoom.get(node)
                        .addAll(RoomContent.read(null, changes.changes()).changeIds());
            }
        }
    }
}
