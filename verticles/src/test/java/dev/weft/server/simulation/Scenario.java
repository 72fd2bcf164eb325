package dev.weft.server.simulation;

import dev.weft.server.document.host.HostLimits;
import dev.weft.server.link.LinkLimits;
import dev.weft.server.relay.host.RelayLimits;
import java.util.Random;

/**
 * What a seed makes of the world: how many take part, how bad the network is, which faults happen.
 *
 * @param millis how long there are faults and edits
 * @param editEveryMillis mean pause between two edits of a client
 * @param faultEveryMillis mean pause between two larger faults: crash, freeze, partition, store down, broken sockets
 * @param goesOn whether everybody comes back when what was written has become old enough to be compacted
 */
record Scenario(
        int nodes,
        People people,
        long millis,
        long editEveryMillis,
        Network network,
        long faultEveryMillis,
        Bounds bounds,
        boolean goesOn) {

    /**
     * Who takes part.
     *
     * @param weftAware clients of our own in the aware document
     * @param stockAware reference clients in the aware document
     * @param weftRelay clients of our own in the relay room
     * @param stockRelay reference clients in the relay room
     */
    record People(int weftAware, int stockAware, int weftRelay, int stockRelay) {}

    /**
     * The ways between everybody.
     *
     * @param busLoss probability that a message between nodes is lost
     * @param busDuplication probability that it comes twice
     * @param busDelayMillis longest ordinary way between nodes; messages overtake each other within it
     * @param socketDelayMillis longest ordinary way between client and gateway
     * @param storeDelayMillis longest ordinary way to the store, and back
     * @param storeUnknown probability that the answer of the store is lost
     * @param registryDelayMillis longest way to the registry, and back
     * @param registryFailure probability that the registry gives no answer
     */
    record Network(
            double busLoss,
            double busDuplication,
            long busDelayMillis,
            long socketDelayMillis,
            long storeDelayMillis,
            double storeUnknown,
            long registryDelayMillis,
            double registryFailure) {
        private static Network calm(double busLoss) {
            return new Network(busLoss, 0, 2, 10, 3, 0, 2, 0);
        }
    }

    /** How much fits. */
    record Bounds(LinkLimits link, HostLimits host, RelayLimits relay, int writeQueueBytesMax) {
        private static final int WRITE_QUEUE_BYTES_MAX = 1 << 20;
    }

    /** Nothing goes wrong. */
    static Scenario calm(int nodes, int weftAware, int stockAware, int weftRelay, int stockRelay) {
        People people = new People(weftAware, stockAware, weftRelay, stockRelay);
        return calm(nodes, people, 15_000, 0);
    }

    /** Nothing goes wrong, for so long, but that nodes do not hear all that others say. */
    static Scenario calmButDeaf(int nodes, int weftAware, int stockAware, long millis, double busLoss) {
        return calm(nodes, new People(weftAware, stockAware, 0, 0), millis, busLoss);
    }

    private static Scenario calm(int nodes, People people, long millis, double busLoss) {
        RelayLimits relay = relayLimits(people, 20);
        Bounds bounds = new Bounds(LinkLimits.DEFAULT, HostLimits.DEFAULT, relay, Bounds.WRITE_QUEUE_BYTES_MAX);
        return new Scenario(nodes, people, millis, 400, Network.calm(busLoss), 0, bounds, false);
    }

    /** Reference clients upload what the room has not stored yet (spec protocol P25): no room survives that. */
    private static RelayLimits relayLimits(People people, int compactAbove) {
        return people.stockRelay > 0
                ? new RelayLimits(1_000_000, 30_000, 10_000)
                : new RelayLimits(compactAbove, 3_000, 10_000);
    }

    static Scenario of(long seed) {
        // Spread the seeds: the first numbers of neighbouring ones are alike.
        Random random = new Random(seed * 0x9E3779B97F4A7C15L);
        random.nextLong();
        People people = people(random);
        boolean isSmall = random.nextInt(3) == 0;
        HostLimits hosts = isSmall ? smallHosts() : HostLimits.DEFAULT;
        // The numbers are drawn in the order of the fields.
        return new Scenario(
                1 + random.nextInt(3),
                people,
                10_000 + random.nextInt(20_000),
                200 + random.nextInt(1_500),
                network(random),
                random.nextInt(5) == 0 ? 0 : 1_000 + random.nextInt(6_000),
                new Bounds(
                        isSmall ? smallLinks() : LinkLimits.DEFAULT,
                        hosts.withTellAheadAfterMillis(tellAheadAfterMillis(seed)),
                        relayLimits(people, 15),
                        isSmall ? 2_000 : Bounds.WRITE_QUEUE_BYTES_MAX),
                people.weftAware + people.stockAware > 0 && random.nextInt(3) == 0);
    }

    private static People people(Random random) {
        int weftAware = random.nextInt(4);
        int stockAware = random.nextInt(3);
        int weftRelay = random.nextInt(3);
        int stockRelay = random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0;
        if (weftAware + stockAware + weftRelay + stockRelay < 2) {
            weftAware += 2;
        }
        return new People(weftAware, stockAware, weftRelay, stockRelay);
    }

    private static Network network(Random random) {
        return new Network(
                random.nextBoolean() ? 0 : random.nextDouble() * 0.15,
                random.nextBoolean() ? 0 : random.nextDouble() * 0.1,
                1 + random.nextInt(random.nextInt(4) == 0 ? 600 : 30),
                1 + random.nextInt(40),
                1 + random.nextInt(random.nextInt(4) == 0 ? 400 : 15),
                random.nextBoolean() ? 0 : random.nextDouble() * 0.1,
                1 + random.nextInt(15),
                random.nextBoolean() ? 0 : random.nextDouble() * 0.1);
    }

    /** Owners tell ahead always, soon, or after the usual time. */
    private static int tellAheadAfterMillis(long seed) {
        return switch (Math.floorMod(seed, 3)) {
            case 0 -> 0;
            case 1 -> 300;
            default -> HostLimits.DEFAULT.tellAheadAfterMillis();
        };
    }

    /** Bounds so narrow that everything is paused, split and caught up all the time. */
    private static LinkLimits smallLinks() {
        LinkLimits normal = LinkLimits.DEFAULT;
        return new LinkLimits(
                1_500,
                600,
                8,
                700,
                normal.sessionsMax(),
                normal.retryMillis(),
                normal.suspicionMillis(),
                normal.handshakeMillisMax(),
                normal.outOfSyncMillis(),
                normal.resyncSpreadMillis(),
                normal.quietMillisMax(),
                normal.lingerMillis());
    }

    private static HostLimits smallHosts() {
        return HostLimits.builder()
                .recentBytesMax(800)
                .messageBytesMax(700)
                .persistBytesMax(600)
                .heldAsideMax(30)
                .build();
    }
}
