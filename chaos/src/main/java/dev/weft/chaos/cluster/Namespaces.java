package dev.weft.chaos.cluster;

import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Each node on a host of its own: a network namespace with one cable to a bridge, where we and the database are too.
 *
 * <p>A way is cut by a wrong hardware address for the other end: what is sent goes out and reaches nobody, in one
 * direction and without an error for the sender, as if a switch or a firewall had swallowed it. That needs nothing but
 * iproute2, where a packet filter would need rules that kernels in containers often lack.
 */
public final class Namespaces implements Hosts {
    private static final int SUBNETS_TRIED_MAX = 10;
    private static final int CLIENT_PORT = 8080;
    private static final int HAZELCAST_PORT = 5701;
    private static final int BUS_PORT = 5801;
    private static final int HTTP_PORT = 8090;
    private static final int OWN_HOST = 254;
    private static final int STORE_HOST = 253;
    private static final String NOBODYS_HARDWARE = "02:de:ad:00:00:01";

    private final String name;
    private final String subnet;
    private final int nodes;
    private final Thread atExit = new Thread(this::remove);

    private Namespaces(String name, String subnet, int nodes) {
        this.name = name;
        this.subnet = subnet;
        this.nodes = nodes;
    }

    /** Why there can be none here; empty if there can. */
    public static Optional<String> obstacle() {
        if (!Shell.isRoot()) {
            return Optional.of("network namespaces need root");
        }
        String probe = "wfp" + ProcessHandle.current().pid();
        String failure = Shell.tryRun("ip", "netns", "add", probe);
        if (failure == null) {
            failure = Shell.tryRun("ip", "netns", "exec", probe, "true");
            Shell.tryRun("ip", "netns", "del", probe);
        }
        return Optional.ofNullable(failure).map(why -> "network namespaces are not permitted here (" + why + ")");
    }

    /** @throws IllegalStateException if the system refuses */
    public static Namespaces create(int nodes, RandomGenerator random) {
        IllegalStateException last = null;
        for (int i = 0; i < SUBNETS_TRIED_MAX; i++) {
            // Chosen anew each time, so that two runs on one machine do not meet.
            int second = 64 + random.nextInt(128);
            int third = random.nextInt(256);
            Namespaces made = new Namespaces(
                    String.format("wf%02x%02x", second, third), "10." + second + "." + third + ".", nodes);
            try {
                made.make();
                return made;
            } catch (IllegalStateException e) {
                made.remove();
                last = e;
            }
        }
        throw last;
    }

    private void make() {
        Shell.run("ip", "link", "add", name + "b", "type", "bridge");
        Runtime.getRuntime().addShutdownHook(atExit);
        Shell.run("ip", "link", "set", name + "b", "up");
        Shell.run("ip", "addr", "add", address(OWN_HOST) + "/24", "dev", name + "b");
        Shell.run("ip", "addr", "add", address(STORE_HOST) + "/24", "dev", name + "b");
        for (int node = 0; node < nodes; node++) {
            Shell.run("ip", "netns", "add", space(node));
            Shell.run("ip", "link", "add", cable(node), "type", "veth", "peer", "name", "eth0", "netns", space(node));
            Shell.run("ip", "link", "set", cable(node), "master", name + "b", "up");
            inside(node, "addr", "add", nodeAddress(node) + "/24", "dev", "eth0");
            inside(node, "link", "set", "eth0", "up");
            inside(node, "link", "set", "lo", "up");
        }
    }

    private void inside(int node, String... command) {
        String[] all = new String[command.length + 3];
        all[0] = "ip";
        all[1] = "-n";
        all[2] = space(node);
        System.arraycopy(command, 0, all, 3, command.length);
        Shell.run(all);
    }

    /** What a node sends to the other is lost from now on; the other way stays open. */
    public void lose(int from, int to) {
        blind(from, nodeAddress(to));
    }

    /** Both ways. */
    public void cut(int node, int other) {
        lose(node, other);
        lose(other, node);
    }

    public void cutFromStore(int node) {
        blind(node, storeAddress());
    }

    private void blind(int node, String address) {
        inside(node, "neigh", "replace", address, "lladdr", NOBODYS_HARDWARE, "dev", "eth0", "nud", "permanent");
    }

    /** Mends every cut. */
    public void heal() {
        for (int node = 0; node < nodes; node++) {
            inside(node, "neigh", "flush", "dev", "eth0", "nud", "permanent");
        }
    }

    private String space(int node) {
        return name + "n" + (node + 1);
    }

    private String cable(int node) {
        return name + "v" + (node + 1);
    }

    private String address(int host) {
        return subnet + host;
    }

    @Override
    public String nodeAddress(int node) {
        return address(node + 1);
    }

    @Override
    public int clientPort(int node) {
        return CLIENT_PORT;
    }

    @Override
    public int hazelcastPort(int node) {
        return HAZELCAST_PORT;
    }

    @Override
    public int busPort(int node) {
        return BUS_PORT;
    }

    @Override
    public int httpPort(int node) {
        return HTTP_PORT;
    }

    @Override
    public String storeAddress() {
        return address(STORE_HOST);
    }

    @Override
    public List<String> prefix(int node) {
        return List.of("ip", "netns", "exec", space(node));
    }

    private void remove() {
        for (int node = 0; node < nodes; node++) {
            Shell.tryRun("ip", "link", "del", cable(node));
            Shell.tryRun("ip", "netns", "del", space(node));
        }
        Shell.tryRun("ip", "link", "del", name + "b");
    }

    @Override
    public void close() {
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook runs anyway.
        }
    }
}
