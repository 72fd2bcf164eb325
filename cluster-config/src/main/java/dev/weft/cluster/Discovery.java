package dev.weft.cluster;

import java.util.List;
import java.util.Objects;

/** How a node finds the others. Nothing is guessed: exactly the way named here is used. */
public sealed interface Discovery {
    /**
     * A fixed list; the usual way outside Kubernetes.
     *
     * @param addresses {@code host} or {@code host:port}; a missing port means our own cluster port. The own address may
     *     be among them, so that every node can be given the same list. An empty list makes a cluster of one that others
     *     may join.
     */
    record Members(List<String> addresses) implements Discovery {
        /** More names than this is a mistake in a configuration, not a cluster. */
        public static final int ADDRESSES_MAX = 256;

        public Members {
            addresses = List.copyOf(addresses);
            if (addresses.size() > ADDRESSES_MAX) {
                throw new IllegalArgumentException("more than " + ADDRESSES_MAX + " member addresses");
            }
            for (String address : addresses) {
                if (address.isBlank()) {
                    throw new IllegalArgumentException("a member address is blank");
                }
            }
        }

        /** The addresses, each with a port. */
        List<String> withPort(int defaultPort) {
            return addresses.stream()
                    .map(address -> hasPort(address) ? address : bracketed(address) + ":" + defaultPort)
                    .toList();
        }

        private static String bracketed(String address) {
            return address.indexOf(':') >= 0 && !address.startsWith("[") ? "[" + address + "]" : address;
        }

        private static boolean hasPort(String address) {
            // [::1]:5701 has a port; ::1 has colons only. A bare IPv6 address must be bracketed to carry one.
            int colon = address.lastIndexOf(':');
            return colon > 0 && (address.indexOf(':') == colon || address.charAt(colon - 1) == ']');
        }
    }

    /** UDP multicast; for one network segment that allows it. */
    record Multicast(String group, int port) implements Discovery {
        public Multicast {
            Objects.requireNonNull(group, "group");
            ClusterOptions.requirePort(port, "multicast port");
        }

        public static Multicast defaults() {
            return new Multicast("224.2.2.3", 54327);
        }
    }

    /**
     * The pods behind a headless Kubernetes service, found by DNS; needs no rights in the cluster's API.
     *
     * @param serviceDns full name, such as {@code weft-nodes.default.svc.cluster.local}
     * @param dnsTimeoutSeconds how long one look-up may take, 1 to 60
     */
    record Kubernetes(String serviceDns, int dnsTimeoutSeconds) implements Discovery {
        public Kubernetes {
            if (serviceDns.isBlank()) {
                throw new IllegalArgumentException("the Kubernetes service name is blank");
            }
            ClusterOptions.requireBetween(dnsTimeoutSeconds, 1, 60, "dnsTimeoutSeconds");
        }

        public static Kubernetes service(String serviceDns) {
            return new Kubernetes(serviceDns, 5);
        }
    }
}
