package dev.weft.cluster;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a node joins its cluster. Immutable; {@link #builder()} starts from defaults that fit one machine.
 *
 * @param clusterName nodes of another name are refused; letters, digits, dot, dash, underscore, at most 63
 * @param nodeName for people: logs, metrics, the admin page; same alphabet
 * @param nodeId for machines: unique per start, because a node that comes back under its old id would seem to own still
 *     what it owned before it died
 * @param awaitedNodes serve once so many nodes are there, this one included, 1 to 256, or {@link #AWAIT_MILLIS_MAX} later.
 *     Nodes that start together need not copy what the first of them has begun with
 * @param backupCount copies of each registry entry beside the first, 0 to 6; 2 survives two nodes lost at once
 * @param busTls how the event bus is encrypted; empty if it is not
 */
public record ClusterOptions(
        String clusterName,
        String nodeName,
        String nodeId,
        Discovery discovery,
        Network network,
        ClusterTiming timing,
        int awaitedNodes,
        int backupCount,
        Optional<BusTls> busTls) {
    /** How long a node waits for others at most, in milliseconds, before it serves without them. */
    public static final long AWAIT_MILLIS_MAX = 60_000;

    public static final int AWAITED_NODES_MAX = 256;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final int INCARNATION_BYTES = 4;

    public ClusterOptions {
        requireName(clusterName, "clusterName");
        requireName(nodeName, "nodeName");
        Objects.requireNonNull(nodeId, "nodeId");
        Objects.requireNonNull(discovery, "discovery");
        Objects.requireNonNull(network, "network");
        Objects.requireNonNull(timing, "timing");
        requireBetween(awaitedNodes, 1, AWAITED_NODES_MAX, "awaitedNodes");
        requireBetween(backupCount, 0, 6, "backupCount");
        Objects.requireNonNull(busTls, "busTls");
    }

    public ClusterOptions withBusTls(BusTls value) {
        return new ClusterOptions(
                clusterName,
                nodeName,
                nodeId,
                discovery,
                network,
                timing,
                awaitedNodes,
                backupCount,
                Optional.of(value));
    }

    public static Builder builder() {
        return new Builder();
    }

    static void requirePort(int port, String name) {
        requireBetween(port, 1, 65_535, name);
    }

    static void requireBetween(long value, long least, long most, String name) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + ", must be " + least + " to " + most);
        }
    }

    private static void requireName(String value, String name) {
        if (value == null || !NAME.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    name + " '" + value + "' must be 1 to 63 letters, digits, dots, dashes or underscores");
        }
    }

    /** Collects options; every setter may be left out. */
    public static final class Builder {
        private String clusterName = "weft";
        private String nodeName = "node";
        private String nodeId;
        private Discovery discovery = new Discovery.Members(List.of());
        private Network network = Network.loopback();
        private ClusterTiming timing = ClusterTiming.defaults();
        private int awaitedNodes = 1;
        private int backupCount = 2;
        private BusTls busTls;

        private Builder() {}

        public Builder clusterName(String value) {
            clusterName = value;
            return this;
        }

        public Builder nodeName(String value) {
            nodeName = value;
            return this;
        }

        /** For tests; otherwise the node name and eight random hex digits. */
        public Builder nodeId(String value) {
            nodeId = value;
            return this;
        }

        public Builder discovery(Discovery value) {
            discovery = value;
            return this;
        }

        public Builder members(String... addresses) {
            return discovery(new Discovery.Members(List.of(addresses)));
        }

        public Builder network(Network value) {
            network = value;
            return this;
        }

        public Builder timing(ClusterTiming value) {
            timing = value;
            return this;
        }

        public Builder awaitedNodes(int value) {
            awaitedNodes = value;
            return this;
        }

        public Builder backupCount(int value) {
            backupCount = value;
            return this;
        }

        public Builder busTls(BusTls value) {
            busTls = value;
            return this;
        }

        /** @throws IllegalArgumentException naming the first option out of bounds */
        public ClusterOptions build() {
            String id = nodeId == null ? nodeName + "-" + incarnation() : nodeId;
            return new ClusterOptions(
                    clusterName,
                    nodeName,
                    id,
                    discovery,
                    network,
                    timing,
                    awaitedNodes,
                    backupCount,
                    Optional.ofNullable(busTls));
        }

        private static String incarnation() {
            byte[] bytes = new byte[INCARNATION_BYTES];
            new SecureRandom().nextBytes(bytes);
            return HexFormat.of().formatHex(bytes);
        }
    }
}
