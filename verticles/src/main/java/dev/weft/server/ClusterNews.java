package dev.weft.server;

import dev.weft.server.document.DocumentDeployer;
import dev.weft.server.embed.Documents;
import dev.weft.server.event.EventStream;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.gateway.NodeGateways;
import dev.weft.server.observe.ServerMetrics;
import dev.weft.server.registry.RegistryListener;
import io.micrometer.core.instrument.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells all parts of this node what the registry hears of others. Called as the registry calls its listeners. */
final class ClusterNews implements RegistryListener {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterNews.class);

    private final EventStream events;
    private final DocumentDeployer documents;
    private final NodeGateways gateways;
    private final Documents embedded;
    private final Counter nodesLeft;
    private final Counter doubts;

    ClusterNews(
            EventStream events,
            DocumentDeployer documents,
            NodeGateways gateways,
            Documents embedded,
            ServerMetrics metrics) {
        this.events = events;
        this.documents = documents;
        this.gateways = gateways;
        this.embedded = embedded;
        this.nodesLeft = metrics.counter("weft.cluster.nodes.left");
        this.doubts = metrics.counter("weft.cluster.doubts");
    }

    @Override
    public void nodeJoined(String nodeId) {
        events.tell(ServerEvent.NodeJoined.class, origin -> new ServerEvent.NodeJoined(origin, nodeId));
        documents.nodeJoined(nodeId);
    }

    @Override
    public void nodeLeft(String nodeId) {
        LOG.info("Node {} left", nodeId);
        nodesLeft.increment();
        events.tell(ServerEvent.NodeLeft.class, origin -> new ServerEvent.NodeLeft(origin, nodeId));
        documents.nodeLeft(nodeId);
        gateways.nodeLeft(nodeId);
        embedded.nodeLeft(nodeId);
    }

    @Override
    public void entriesDoubtful(Doubt doubt) {
        LOG.warn("The registry may have lost or replaced entries: {}", doubt);
        doubts.increment();
        events.tell(
                ServerEvent.RegistryDoubtful.class, origin -> new ServerEvent.RegistryDoubtful(origin, doubt.name()));
        documents.entriesDoubtful();
    }
}
