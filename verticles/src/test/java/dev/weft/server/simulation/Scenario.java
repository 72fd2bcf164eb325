package dev.weft.server.simulation;

import dev.weft.server.document.host.HostLimits;
import dev.weft.server.link.LinkLimits;
import dev.weft.server.relay.host.RelayLimits;
import java.util.Random;

/**
 * What a seed makes of the world: how many take part, how bad the network is, which faults happen.
 *
 * @param weftAware clients of our own in the aware document
 * @param stockAware reference clients in the aware document
 * @param weftRelay clients of our own in the relay room
 * @param stockRelay reference clients in the relay room
 * @param millis how long there are faults and edits
 * @param editEveryMillis mean pause between two edits of a client
 * @param busLoss probability that a message between nodes is lost
 * @param busDuplication probability that it comes twice
 * @param busDelayMillis longest ordinary way between nodes; messages overtake each other within it
 * @param socketDelayMillis longest ordinary way between client and gateway
 * @param storeDelayMillis longest ordinary way to the store, and back
 * @param storeUnknown probability that the answer of the store is lost
 * @param registryDelayMillis longest way to the registry, and back
 * @param registryFailure probability that the registry gives no answer
 * @param faultEveryMillis mean pause between two larger faults: crash, freeze, partition, store down, broken sockets
 * @param goesOn whether everybody comes back when what was written has become old enough to be compacted
 */
record Scenario(
        int nodes,
        int weftAware,
        int stockAware,
        int weftRelay,
        int stockRelay,
        long millis,
        long editEveryMillis,
        double busLoss,
        double busDuplication,
        long busDelayMillis,
        long socketDelayMillis,
        long storeDelayMillis,
        double storeUnknown,
        long registryDelayMillis,
        double registryFailure,
        long faultEveryMillis,
        LinkLimits linkLimits,
        HostLimits hostLimits,
        RelayLimits relayLimits,
        int writeQueueBytesMax,
        boolean goesOn) {

    /** One node, one aware document, nothing goes wrong. */
    static Scenario calm(int nodes, int weftAware, int stockAware, int weftRelay, int stockRelay) {
        return new Scenario(
                nodes,
                weftAware,
                stockAware,
                weftRelay,
                stockRelay,
                15_000,
                400,
                0,
                0,
                2,
                10,
                3,
                0,
                2,
                0,
                0,
                LinkLimits.DEFAULT,
                HostLimits.DEFAULT,
                // Reference clients upload what the room has not stored yet (spec protocol P25): no room survives that.
                stockRelay > 0 ? new RelayLimits(1_000_000, 30_000, 10_000) : new RelayLimits(20, 3_000, 10_000),
                1 << 20,
                false);
    }

    static Scenario of(long seed) {
        // Spread the seeds: the first numbers of neighbouring ones are alike.
        Random random = new Random(seed * 0x9E3779B97F4A7C15L);
        random.nextLong();
        int weftAware = random.nextInt(4);
        int stockAware = random.nextInt(3);
        int weftRelay = random.nextInt(3);
        int stockRelay = random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0;
        if (weftAware + stockAware + weftRelay + stockRelay < 2) {
            weftAware += 2;
        }
        boolean isSmall = random.nextInt(3) == 0;
        HostLimits hosts = isSmall ? smallHosts() : HostLimits.DEFAULT;
        return new Scenario(
                1 + random.nextInt(3),
                weftAware,
                stockAware,
                weftRelay,
                stockRelay,
                10_000 + random.nextInt(20_000),
                200 + random.nextInt(1_500),
                random.nextBoolean() ? 0 : random.nextDouble() * 0.15,
                random.nextBoolean() ? 0 : random.nextDouble() * 0.1,
                1 + random.nextInt(random.nextInt(4) == 0 ? 600 : 30),
                1 + random.nextInt(40),
                1 + random.nextInt(random.nextInt(4) == 0 ? 400 : 15),
                random.nextBoolean() ? 0 : random.nextDouble() * 0.1,
                1 + random.nextInt(15),
                random.nextBoolean() ? 0 : random.nextDouble() * 0.1,
                random.nextInt(5) == 0 ? 0 : 1_000 + random.nextInt(6_000),
                isSmall ? smallLinks() : LinkLimits.DEFAULT,
                hosts.withTellAheadAfterMillis(tellAheadAfterMillis(seed)),
                stockRelay > 0 ? new RelayLimits(1_000_000, 30_000, 10_000) : new RelayLimits(15, 3_000, 10_000),
                isSmall ? 2_000 : 1 << 20,
                weftAware + stockAware > 0 && random.nextInt(3) == 0);
    }

    /** Owners tell ahead always, soon, or after the usual time. */
    private static int tellAheadAfterMillis(long seed) {
        return switch (Math.floorMod(seed, 3)) {
            case 0 -> 0;
            case 1 -> 300;
            default -> HostLimits.DEFAULT.tellAheadAfterMillis();
        };
    }

    /** The same for another time, on another network. */
    Scenario with(long millis, double busLoss) {
        return new Scenario(
                nodes,
                weftAware,
                stockAware,
                weftRelay,
                stockRelay,
                millis,
                editEveryMillis,
                busLoss,
                busDuplication,
                busDelayMillis,
                socketDelayMillis,
                storeDelayMillis,
                storeUnknown,
                registryDelayMillis,
                registryFailure,
                faultEveryMillis,
                linkLimits,
                hostLimits,
                relayLimits,
                writeQueueBytesMax,
                goesOn);
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
        HostLimits normal = HostLimits.DEFAULT;
        return new HostLimits(
                800,
                700,
                600,
                30,
                normal.followersMax(),
                normal.tickMillis(),
                normal.heartbeatMillis(),
                normal.heartbeatIdleMillis(),
                normal.followerSilentMillisMax(),
                normal.proofMillis(),
                normal.tellAheadAfterMillis(),
                normal.documents());
    }
}
