package dev.weft.server;

import dev.weft.cluster.ClusterOptions;
import dev.weft.server.awareness.AwarenessOptions;
import dev.weft.server.awareness.AwarenessPlugin;
import dev.weft.server.document.host.HistoryHorizon;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.event.EventListener;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.plugin.ServerPlugin;
import dev.weft.server.registry.LocalPlacement;
import dev.weft.server.registry.OwnershipTiming;
import dev.weft.server.registry.Placement;
import dev.weft.server.relay.host.RelayLimits;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What one node is. Immutable.
 *
 * @param cluster how it joins others; empty for a node on its own
 * @param gateways gateway verticles, all on one port; usually one per event loop
 * @param hosting bounds of the documents it owns
 * @param history how long the history of documents is kept; by default for ever
 * @param rooms bounds of the relay rooms it owns
 * @param passivateMillis a document nobody follows leaves memory after this time
 * @param residentBytesMax what all documents it owns may occupy in memory; 0 for half of what the JVM may use
 * @param plugins in their order; by default presence
 * @param placement which node is to own a document that nobody owns; by default the one where it is first opened
 * @param ownership how long claims, hand-offs and quarantines take
 * @param operation how it is watched and operated
 * @param allowUnsharedStore whether to join a cluster with a store the other nodes do not reach: a document that moves
 *     to another node starts empty there, and only its clients bring the content back
 * @param listeners told what happens on this node, from its start on
 */
public record ServerOptions(
        Optional<ClusterOptions> cluster,
        GatewayOptions gateway,
        int gateways,
        HostLimits hosting,
        HistoryHorizon history,
        RelayLimits rooms,
        int passivateMillis,
        long residentBytesMax,
        boolean allowUnsharedStore,
        List<ServerPlugin> plugins,
        OwnershipTiming ownership,
        Placement placement,
        OperationOptions operation,
        List<EventListener> listeners) {
    public static final ServerOptions DEFAULT = new ServerOptions(
            Optional.empty(),
            GatewayOptions.DEFAULT,
            Runtime.getRuntime().availableProcessors(),
            HostLimits.DEFAULT,
            HistoryHorizon.FOREVER,
            RelayLimits.DEFAULT,
            60_000,
            0,
            false,
            List.of(new AwarenessPlugin(AwarenessOptions.DEFAULT)),
            OwnershipTiming.defaults(),
            new LocalPlacement(),
            OperationOptions.DEFAULT,
            List.of());

    public ServerOptions {
        plugins = List.copyOf(plugins);
        listeners = List.copyOf(listeners);
        Objects.requireNonNull(cluster, "cluster");
        Objects.requireNonNull(gateway, "gateway");
        Objects.requireNonNull(hosting, "hosting");
        Objects.requireNonNull(rooms, "rooms");
        Objects.requireNonNull(operation, "operation");
        if (gateways < 1) {
            throw new IllegalArgumentException("gateways is " + gateways + ", must be at least 1");
        }
    }

    public static Builder builder() {
        return DEFAULT.toBuilder();
    }

    public Builder toBuilder() {
        return new Builder(this);
    }

    public ServerOptions withCluster(ClusterOptions value) {
        return toBuilder().cluster(value).build();
    }

    public ServerOptions withGateway(GatewayOptions value) {
        return toBuilder().gateway(value).build();
    }

    public ServerOptions withGateways(int value) {
        return toBuilder().gateways(value).build();
    }

    public ServerOptions withRooms(RelayLimits value) {
        return toBuilder().rooms(value).build();
    }

    public ServerOptions withPassivateMillis(int value) {
        return toBuilder().passivateMillis(value).build();
    }

    public ServerOptions withAllowUnsharedStore(boolean value) {
        return toBuilder().allowUnsharedStore(value).build();
    }

    public ServerOptions withPlugins(List<ServerPlugin> value) {
        return toBuilder().plugins(value).build();
    }

    public ServerOptions withPlacement(Placement value) {
        return toBuilder().placement(value).build();
    }

    public ServerOptions withOperation(OperationOptions value) {
        return toBuilder().operation(value).build();
    }

    /** Collects options, beginning with those it was made from; not thread-safe. */
    public static final class Builder {
        private Optional<ClusterOptions> cluster;
        private GatewayOptions gateway;
        private int gateways;
        private HostLimits hosting;
        private HistoryHorizon history;
        private RelayLimits rooms;
        private int passivateMillis;
        private long residentBytesMax;
        private boolean allowUnsharedStore;
        private List<ServerPlugin> plugins;
        private OwnershipTiming ownership;
        private Placement placement;
        private OperationOptions operation;
        private List<EventListener> listeners;

        private Builder(ServerOptions from) {
            cluster = from.cluster;
            gateway = from.gateway;
            gateways = from.gateways;
            hosting = from.hosting;
            history = from.history;
            rooms = from.rooms;
            passivateMillis = from.passivateMillis;
            residentBytesMax = from.residentBytesMax;
            allowUnsharedStore = from.allowUnsharedStore;
            plugins = from.plugins;
            ownership = from.ownership;
            placement = from.placement;
            operation = from.operation;
            listeners = from.listeners;
        }

        public Builder cluster(ClusterOptions value) {
            cluster = Optional.of(value);
            return this;
        }

        public Builder gateway(GatewayOptions value) {
            gateway = value;
            return this;
        }

        public Builder gateways(int value) {
            gateways = value;
            return this;
        }

        public Builder hosting(HostLimits value) {
            hosting = value;
            return this;
        }

        public Builder rooms(RelayLimits value) {
            rooms = value;
            return this;
        }

        public Builder passivateMillis(int value) {
            passivateMillis = value;
            return this;
        }

        public Builder history(HistoryHorizon value) {
            history = value;
            return this;
        }

        public Builder residentBytesMax(long value) {
            residentBytesMax = value;
            return this;
        }

        public Builder allowUnsharedStore(boolean value) {
            allowUnsharedStore = value;
            return this;
        }

        public Builder plugins(List<ServerPlugin> value) {
            plugins = value;
            return this;
        }

        public Builder ownership(OwnershipTiming value) {
            ownership = value;
            return this;
        }

        public Builder placement(Placement value) {
            placement = value;
            return this;
        }

        public Builder operation(OperationOptions value) {
            operation = value;
            return this;
        }

        public Builder listeners(List<EventListener> value) {
            listeners = value;
            return this;
        }

        public ServerOptions build() {
            return new ServerOptions(
                    cluster,
                    gateway,
                    gateways,
                    hosting,
                    history,
                    rooms,
                    passivateMillis,
                    residentBytesMax,
                    allowUnsharedStore,
                    plugins,
                    ownership,
                    placement,
                    operation,
                    listeners);
        }
    }
}
