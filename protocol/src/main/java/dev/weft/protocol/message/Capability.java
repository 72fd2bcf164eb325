package dev.weft.protocol.message;

/**
 * Names of the opt-in extensions. A client lists them in its first message, the server answers with those it grants; a
 * client that lists none sees exactly the reference's wire.
 */
public final class Capability {
    /** The owner tells when a change is durable ({@link DurableMessage}). */
    public static final String ACK = "ack";

    /** Several changes may come in one frame towards the client ({@link ChangesMessage}). */
    public static final String BATCH = "batch";

    /** A session goes on after a reconnect from a place in the log, without a full handshake ({@link ResumePoint}). */
    public static final String RESUME = "resume";

    private Capability() {}
}
