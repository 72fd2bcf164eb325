package dev.weft.client.event;

/** What can go wrong without ending the client. */
public enum ProblemKind {
    /** The socket could not be opened, or its TCP or HTTP part failed. */
    TRANSPORT_FAILED,
    /** The server closed an established connection. */
    CONNECTION_LOST,
    /** The server answered the handshake with an error. */
    HANDSHAKE_REFUSED,
    /** The server took the handshake and said nothing. */
    HANDSHAKE_TIMEOUT,
    /** No pong for longer than the limit; the connection was given up. */
    PEER_SILENT,
    /** The server sent an error message on an established connection. */
    SERVER_ERROR,
    /** A message could not be read and was dropped. */
    UNDECODABLE_MESSAGE,
    /** More messages came before the answer to the handshake than are kept. */
    EARLY_MESSAGES_DROPPED,
    /** Changes could not be applied although their dependencies are known; they were dropped. */
    CHANGES_REFUSED,
    /** More changes wait for a dependency than are kept; the rest was dropped and will be asked for again. */
    WAITING_CHANGES_DROPPED,
    /** The server's snapshot is not newer than our own; its changes were taken, its content was not. */
    SNAPSHOT_NOT_ADOPTED,
    /** One change exceeds the frame limit on its own. It was sent all the same; a stock server cannot pass it on. */
    CHANGE_TOO_LARGE,
    /** The snapshot that the relay asked for exceeds the frame limit and was not uploaded. */
    SNAPSHOT_TOO_LARGE,
    /** A blob of a relay room is not a change or a snapshot. */
    MALFORMED_BLOB,
    /** The room counts from a lower number than it did: the relay has lost its store. */
    SEQUENCE_RESET,
    /** The server did not answer a request for its state in time. */
    REQUEST_UNANSWERED,
    /** The queue of unacknowledged edits could not be stored or read back. */
    QUEUE_STORE_FAILED,
    /** The client itself failed and begins a new session; please report it. */
    INTERNAL_FAILURE,
    /** A plugin or a listener threw. */
    PLUGIN_FAILED
}
