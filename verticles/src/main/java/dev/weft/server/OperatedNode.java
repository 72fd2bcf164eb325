package dev.weft.server;

import dev.weft.crdt.clock.WallClock;
import dev.weft.server.auth.Identity;
import dev.weft.server.auth.Revocation;
import dev.weft.server.auth.Revocations;
import dev.weft.server.document.OwnedDocument;
import dev.weft.server.gateway.NodeGateways;
import dev.weft.server.gateway.SessionInfo;
import dev.weft.server.http.LocalNode;
import dev.weft.server.observe.NodeFigures;
import dev.weft.server.registry.DocumentKey;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** What operators ask of a node, answered by its server. */
final class OperatedNode implements LocalNode {
    private final Server server;
    private final NodeGateways gateways;
    private final Revocations revocations;

    OperatedNode(Server server, NodeGateways gateways, Revocations revocations) {
        this.server = server;
        this.gateways = gateways;
        this.revocations = revocations;
    }

    @Override
    public String id() {
        return server.nodeId();
    }

    @Override
    public Summary summary() {
        return new Summary(
                server.port(),
                server.httpPort(),
                server.documents().hostedCount(),
                server.documents().quarantinedCount(),
                server.metrics().connections(),
                server.health().isDraining());
    }

    @Override
    public Map<String, Long> figures() {
        return NodeFigures.read(server.metrics(), WallClock.SYSTEM.millis());
    }

    @Override
    public Future<List<OwnedDocument>> documents(int limit) {
        return server.documents().owned(limit);
    }

    @Override
    public Future<List<SessionInfo>> sessions(DocumentKey key) {
        return gateways.sessions(key);
    }

    @Override
    public boolean handOff(DocumentKey key, String toNode) {
        if (!server.documents().isHosted(key)) {
            return false;
        }
        server.documents().handOff(key, toNode);
        return true;
    }

    @Override
    public void release(DocumentKey key) {
        server.documents().release(key);
    }

    @Override
    public void revoke(Revocation.Kind kind, String name) {
        server.revoke(new Revocation(kind, name, WallClock.SYSTEM.millis()));
    }

    @Override
    public boolean isRevoked(Identity identity) {
        return revocations.meet(identity);
    }

    @Override
    public Future<Void> drain() {
        return server.drain();
    }
}
