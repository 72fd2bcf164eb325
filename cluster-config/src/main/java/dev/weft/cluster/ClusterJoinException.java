package dev.weft.cluster;

/** A node could not join. The cause is the real one: the port in use, the address that is not ours, the host unknown. */
public final class ClusterJoinException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClusterJoinException(String message, Throwable cause) {
        super(message, cause);
    }
}
