package dev.weft.server.event;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;

/**
 * Where and when something happened, and whom it is about.
 *
 * @param nodeId the node that saw it
 * @param timeMillis its wall clock, milliseconds since the epoch
 * @param documentId null if it is not about one document
 * @param kind null if it is not about one document, or nobody knows yet which kind it is
 * @param sessionId the client connection, as the client itself knows it; null if it is not about one
 */
public record Origin(String nodeId, long timeMillis, String documentId, DocumentKind kind, String sessionId) {
    /** @param document null if there is none */
    public static Origin of(String nodeId, long timeMillis, DocumentKey document, String sessionId) {
        return document == null
                ? new Origin(nodeId, timeMillis, null, null, sessionId)
                : new Origin(nodeId, timeMillis, document.id(), document.kind(), sessionId);
    }
}
