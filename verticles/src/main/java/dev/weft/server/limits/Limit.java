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
    /** What a message may hold: changes, peers, nesting, sizes after decompression. */
    MESSAGE_CONTENT,
    /** Length and alphabet of a document id. */
    DOCUMENT_ID,
    /** Documents one connection may have open. */
    DOCUMENTS_PER_CONNECTION,
    /** Sessions of one gateway on one document. */
    SESSIONS_PER_DOCUMENT,
    /** Gateways that follow one document. */
    FOLLOWERS,
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
    /** Time in which a connection must take something of what waits for it. */
    STALLED_TIME,
    /** Time in which something must come from a connection. */
    SILENT_TIME;

    /** As in metrics and documents: {@code connections-per-address}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
