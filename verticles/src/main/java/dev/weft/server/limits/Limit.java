package dev.weft.server.limits;

import java.util.Locale;

/** Every limit by name. What meets one is counted under it in {@link LimitCounters}. */
public enum Limit {
    /** TCP connections of a node; a further one is closed at once. */
    CONNECTIONS,
    /** TCP connections from one address; a further one is closed at once. */
    CONNECTIONS_PER_ADDRESS,
    /** Connections of a node from which no first message has come yet. */
    PENDING,
    /** The same from one address. */
    PENDING_PER_ADDRESS,
    /** Time from connecting to the end of the upgrade. */
    UPGRADE_TIME,
    /** Time from the upgrade to the end of the first message. */
    FIRST_MESSAGE_TIME,
    /** Time from the first fragment of a message to its last. */
    MESSAGE_TIME,
    /** Bytes of a message, fragmented or not. */
    MESSAGE_BYTES,
    /** Messages a connection may send in a second, over a burst; reading pauses. */
    MESSAGE_RATE,
    /** Bytes a connection may send in a second, over a burst; reading pauses. */
    BYTE_RATE,
    /** Bytes of a message after decompression. */
    INFLATED_BYTES,
    /** Nested arrays and objects in a message. */
    JSON_DEPTH,
    /** Values of a message of a plugin, and the length of a key or text in any; not to be set. */
    MESSAGE_VALUES,
    /** Changes in one message. */
    CHANGES_PER_MESSAGE,
    /** Peers in one version vector. */
    VERSION_VECTOR_PEERS,
    /** Length and alphabet of a document id. */
    DOCUMENT_ID,
    /** Documents one connection may have open. */
    DOCUMENTS_PER_CONNECTION,
    /** Sessions of one gateway on one document. */
    SESSIONS_PER_DOCUMENT,
    /** Gateways that follow one document. */
    FOLLOWERS,
    /** Bytes of changes to one document from one gateway that are not durable yet; reading pauses. */
    UNCONFIRMED_BYTES,
    /** Changes of one document that wait for one they depend on; the oldest are forgotten. */
    HELD_ASIDE,
    /** Bytes of a document's history. */
    DOCUMENT_BYTES,
    /** Peers that ever wrote into a document. */
    PEERS_PER_DOCUMENT,
    /** Handlers of a document. */
    HANDLERS_PER_DOCUMENT,
    /** How far the clock of a change may be ahead of the node's. */
    CLOCK_DRIFT,
    /** How long history is kept; a change older than what was replaced is refused. */
    HISTORY_HORIZON,
    /** Bytes of all documents a node has in memory. */
    RESIDENT_BYTES,
    /** Clients with presence in one document. */
    PRESENCE_CLIENTS,
    /** Bytes of one client's presence. */
    PRESENCE_BYTES,
    /** Updates of one client's presence that came sooner than the last may be passed on; only the newest is. */
    PRESENCE_THROTTLE,
    /** Bytes that wait for a connection; from then on it is sent a catch-up, and not read if it asks for more. */
    WRITE_QUEUE_BYTES,
    /** Time in which a connection must take something of what waits for it. */
    STALLED_TIME,
    /** Time in which something must come from a connection. */
    SILENT_TIME;

    /** As in metrics and documents: {@code connections-per-address}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
