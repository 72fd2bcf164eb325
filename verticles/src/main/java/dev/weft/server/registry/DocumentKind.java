package dev.weft.server.registry;

/** How the sessions of a document speak: the first message of a session decides, and a document never changes kind. */
public enum DocumentKind {
    /** The server understands the changes: handshake mode. */
    AWARE,
    /** The server carries opaque blobs in one order: hello mode. */
    RELAY
}
