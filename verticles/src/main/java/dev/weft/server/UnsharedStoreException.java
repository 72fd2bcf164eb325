package dev.weft.server;

/** A node with a store of its own was to join a cluster. The message is for the operator. */
public final class UnsharedStoreException extends RuntimeException {
    UnsharedStoreException() {
        super(
                "the other nodes of the cluster cannot reach this store: a document that moves to another node would start"
                        + " empty there. Use a shared store, or allow an unshared one explicitly");
    }
}
