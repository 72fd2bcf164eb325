package dev.weft.server;

import dev.weft.cluster.ClusterOptions;
import dev.weft.server.awareness.AwarenessOptions;
import dev.weft.server.awareness.AwarenessPlugin;
import dev.weft.server.document.host.HostLimits;
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
 * @param rooms bounds of the relay rooms it owns
 * @param passivateMillis a document nobody follows leaves memory after this time
 * @param plugins in their order; by default presence
 * @param placement which node is to own a document that nobody owns; by default the one where it is first opened
 * @param ownership how long claims, hand-offs and quarantines take
 * @param operation how it is watched and operated
 * @param allowUnsharedStore whether to join a cluster with a store the other nodes do not reach: a document that moves
 *     to another node starts empty there, and only its clients bring the content back
 */
public record ServerOptions(
        Optional<ClusterOptions> cluster,
        GatewayOptions gateway,
        int gateways,
        HostLimits hosting,
        RelayLimits rooms,
        int passivateMillis,
        boolean allowUnsharedStore,
        List<ServerPlugin> plugins,
        OwnershipTiming ownership,
        Placement placement,
        OperationOptions operation) {
    public static final ServerOptions DEFAULT = new ServerOptions(
            Optional.empty(),
            GatewayOptions.DEFAULT,
            Runtime.getRuntime().availableProcessors(),
            HostLimits.DEFAULT,
            RelayLimits.DEFAULT,
            60_000,
            false,
            List.of(new AwarenessPlugin(AwarenessOptions.DEFAULT)),
            OwnershipTiming.defaults().withoutDetaching(),
            new LocalPlacement(),
            OperationOptions.DEFAULT);

    public ServerOptions {
        plugins = List.copyOf(plugins);
        Objects.requireNonNull(cluster, "cluster");
        Objects.requireNonNull(gateway, "gateway");
        Objects.requireNonNull(hosting, "hosting");
        Objects.requireNonNull(rooms, "rooms");
        Objects.requireNonNull(operation, "operation");
        if (gateways < 1) {
            throw new IllegalArgumentException("gateways is " + gateways + ", must be at least 1");
        }
    }

    public ServerOptions withCluster(ClusterOptions value) {
        return new ServerOptions(
                Optional.of(value),
                gateway,
                gateways,
                hosting,
                rooms,
                passivateMillis,
                allowUnsharedStore,
                plugins,
                ownership,
                placement,
                operation);
    }

    public ServerOptions withGateway(GatewayOptions value) {
        return new ServerOptions(
                cluster,
                value,
                gateways,
                hosting,
                rooms,
                passivateMillis,
                allowUnsharedStore,
                plugins,
                ownership,
                placement,
                operation);
    }

    public ServerOptions withGateways(int value) {
        return new ServerOptions(
                cluster,
                gateway,
                value,
                hosting,
                rooms,
                passivateMillis,
                allowUnsharedStore,
                plugins,
                ownership,
                placement,
                operation);
    }

    public ServerOptions withRooms(RelayLimits value) {
        return new ServerOptions(
                cluster,
                gateway,
                gateways,
                hosting,
                value,
                passivateMillis,
                allowUnsharedStore,
                plugins,
                ownership,
                placement,
                operation);
    }

    public ServerOptions withPassivateMillis(int value) {
        return new ServerOptions(
                cluster,
                gateway,
                gateways,
                hosting,
                rooms,
                value,
                allowUnsharedStore,
                plugins,
                ownership,
                placement,
                operation);
    }

    public ServerOptions withAllowUnsharedStore(boolean value) {
        return new ServerOptions(
                cluster,
                gateway,
                gateways,
                hosting,
                rooms,
                passivateMillis,
                value,
                plugins,
                ownership,
                placement,
                operation);
    }

    public ServerOptions withPlugins(List<ServerPlugin> value) {
        return new ServerOptions(
                cluster,
                gateway,
                gateways,
                hosting,
                rooms,
                passivateMillis,
                allowUnsharedStore,
                value,
                ownership,
                placement,
                operation);
    }

    public ServerOptions withPlacement(Placement value) {
        return new ServerOptions(
                cluster,
                gateway,
                gateways,
                hosting,
                rooms,
                passivateMillis,
                allowUnsharedStore,
                plugins,
                ownership,
                value,
                operation);
    }

    public ServerOptions withOperation(OperationOptions value) {
        return new ServerOptions(
                cluster,
                gateway,
                gateways,
                hosting,
                rooms,
                passivateMillis,
                allowUnsharedStore,
                plugins,
                ownership,
                placement,
                value);
    }
}
