package dev.weft.chaos.fault;

import dev.weft.chaos.cluster.Cluster;
import dev.weft.chaos.cluster.DataDisk;
import dev.weft.chaos.cluster.DelayProxies;
import dev.weft.chaos.cluster.FakeClock;
import dev.weft.chaos.cluster.Namespaces;
import dev.weft.chaos.cluster.Node;
import dev.weft.testkit.PostgresServer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What a fault has to work with in one round. What its layout does not offer is null.
 *
 * @param owner index of the node that owns the documents when the fault strikes
 * @param times how long faults last
 * @param documents what people have open
 */
public record Scene(
        Cluster cluster,
        int owner,
        Times times,
        Documents documents,
        PostgresServer database,
        Namespaces network,
        DelayProxies proxies,
        FakeClock clock,
        DataDisk disk) {
    /**
     * How long faults last, in milliseconds.
     *
     * @param cut between hosts, both ways
     * @param loss in one direction
     */
    public record Times(long freeze, long storeDown, long cut, long loss, long delay, long clock, long diskFull) {
        /** As long as is telling. */
        public static final Times LONG = new Times(15_000, 20_000, 60_000, 20_000, 10_000, 5_000, 5_000);

        /** As short as shows anything: longer than the time after which a node is thought dead. */
        public static final Times SHORT = new Times(7_000, 3_000, 8_000, 8_000, 2_000, 2_000, 1_500);

        public Times withCut(long millis) {
            return new Times(freeze, storeDown, millis, loss, delay, clock, diskFull);
        }
    }

    /** By id: one of each mode. */
    public record Documents(String aware, String relay) {
        public static final Documents NONE = new Documents(null, null);
    }

    public Scene with(Documents opened) {
        return new Scene(cluster, owner, times, opened, database, network, proxies, clock, disk);
    }

    public Node ownerNode() {
        return cluster.node(owner);
    }

    /** One that does not own the documents. */
    public Node gatewayNode() {
        return cluster.node(gateway());
    }

    public int gateway() {
        return Math.floorMod(owner + 1, cluster.nodes().size());
    }

    public int third() {
        return Math.floorMod(owner + 2, cluster.nodes().size());
    }

    /** Lets the fault last. */
    public void hold(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }
}
