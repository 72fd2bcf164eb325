package dev.weft.server.http;

import dev.weft.server.gateway.SessionInfo;
import dev.weft.server.registry.DocumentKey;
import io.vertx.core.Future;
import java.util.List;

/** What the interface asks of the node it runs on. Called on any thread. */
public interface LocalNode {
    String id();

    /** @param port for clients, 0 if none */
    record Summary(int port, int httpPort, int documents, int quarantined, int connections, boolean draining) {}

    Summary summary();

    /** The clients of this node that have a document open. */
    Future<List<SessionInfo>> sessions(DocumentKey key);

    /** @return false if the document is not hosted here */
    boolean handOff(DocumentKey key, String toNode);

    /** Lets a quarantined document be tried again at once. */
    void release(DocumentKey key);

    /** Hands everything over to the other nodes and takes nothing any more. */
    Future<Void> drain();
}
