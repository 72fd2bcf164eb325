package dev.weft.protocol.message;

/**
 * A type code of the envelope (spec protocol 2.2). A value, not an enum, because plugins define their own.
 *
 * @param code 0 to 19 core, 20 to 39 relay, 100 and above plugins
 */
public record MessageType(int code, String name) {
    public static final MessageType HANDSHAKE_REQUEST = new MessageType(0, "handshakeRequest");
    public static final MessageType HANDSHAKE_RESPONSE = new MessageType(1, "handshakeResponse");
    public static final MessageType CHANGE = new MessageType(2, "change");
    public static final MessageType DOCUMENT_STATUS = new MessageType(3, "documentStatus");
    public static final MessageType DOCUMENT_STATUS_REQUEST = new MessageType(4, "documentStatusRequest");
    public static final MessageType PING = new MessageType(5, "ping");
    public static final MessageType PONG = new MessageType(6, "pong");
    public static final MessageType ERROR = new MessageType(7, "error");
    public static final MessageType CHANGES = new MessageType(8, "changes");
    /** An extension: only sent to a session that was granted {@link Capability#ACK}. */
    public static final MessageType DURABLE = new MessageType(9, "durable");
    /** An extension: only sent to a session that was granted {@link Capability#RESUME}. */
    public static final MessageType POSITION = new MessageType(10, "position");

    public static final MessageType HELLO = new MessageType(20, "hello");
    public static final MessageType WELCOME = new MessageType(21, "welcome");
    public static final MessageType PUSH = new MessageType(22, "push");
    public static final MessageType ACK = new MessageType(23, "ack");
    public static final MessageType RELAY_CHANGES = new MessageType(24, "changes");
    public static final MessageType SNAPSHOT_UPLOAD = new MessageType(25, "snapshotUpload");
    public static final MessageType STATE_REQUEST = new MessageType(26, "stateRequest");

    public static final MessageType AWARENESS_UPDATE = new MessageType(100, "awarenessUpdate");
    public static final MessageType AWARENESS_QUERY = new MessageType(101, "awarenessQuery");
    public static final MessageType AWARENESS_STATE = new MessageType(102, "awarenessState");

    /** The first code of the range reserved for plugins. */
    public static final int PLUGIN_CODE_MIN = 100;
}
