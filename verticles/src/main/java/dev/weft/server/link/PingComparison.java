package dev.weft.server.link;

import dev.weft.crdt.version.VersionVector;

/**
 * Anti-entropy (G14): compares what a client says that it holds with the document. What differs at one ping is on its way,
 * what still differs at the next was lost. One for each session; not thread-safe.
 */
final class PingComparison {
    enum Lost {
        NOTHING,
        ON_THE_WAY_TO_THE_CLIENT,
        ON_THE_WAY_TO_THE_DOCUMENT
    }

    /** As of the previous ping; null if there was none, or if what it said has led to something. */
    private VersionVector document;

    private VersionVector client;

    Lost compare(VersionVector documentNow, VersionVector clientNow) {
        boolean clientLacks = document != null && !clientNow.dominates(document);
        boolean documentLacks = client != null && !documentNow.dominates(client);
        document = documentNow;
        client = clientNow;
        if (documentLacks) {
            client = null;
            return Lost.ON_THE_WAY_TO_THE_DOCUMENT;
        } else if (clientLacks) {
            document = null;
            return Lost.ON_THE_WAY_TO_THE_CLIENT;
        }
        return Lost.NOTHING;
    }

    /** The client has said anew what it holds, and is told what it lacks. */
    void clientCatchesUp() {
        document = null;
    }
}
