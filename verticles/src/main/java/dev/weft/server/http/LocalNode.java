package dev.weft.server.http;

import dev.weft.server.auth.Identity;
import dev.weft.server.auth.Revocation;
import dev.weft.server.document.OwnedDocument;
import dev.weft.server.gateway.SessionInfo;
import dev.weft.server.registry.DocumentKey;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** What the interface asks of the node it runs on. Called on any thread. */
public interface LocalNode {
    String id();

    /** @param port for clients, 0 if none */
    record Summary(int port, int httpPort, int documents, int quarantined, int connections, boolean draining) {}

    /** See {@link dev.weft.server.observe.NodeFigures}. */
    Map<String, Long> figures();

    /** What this node owns or has put aside, in the order of the keys, at most so many. */
    Future<List<OwnedDocument>> documents(int limit);

    Summary summary();

    /** The clients of this node that have a document open. */
    Future<List<SessionInfo>> sessions(DocumentKey key);

    /** @return false if the document is not hosted here */
    boolean handOff(DocumentKey key, String toNode);

    /** Lets a quarantined document be tried again at once. */
    void release(DocumentKey key);

    /** Takes back what was granted, on every node. */
    void revoke(Revocation.Kind kind, String name);

    /** Whether what an identity was granted has been taken back. */
    boolean isRevoked(Identity identity);

    /** Hands everything over to the other nodes and takes nothing any more. */
    Future<Void> drain();
}
