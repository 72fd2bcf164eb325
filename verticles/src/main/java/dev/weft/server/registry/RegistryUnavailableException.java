package dev.weft.server.registry;

/**
 * The registry did not answer in time, or this node is leaving the cluster. Whether the call took effect is unknown;
 * repeating it with the same arguments is safe.
 */
public final class RegistryUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
