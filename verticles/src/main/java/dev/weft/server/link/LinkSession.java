package dev.weft.server.link;

/** Where one client stands with one document, as far as both modes are alike. Confined to its link. */
abstract class LinkSession {
    enum State {
        /**
         * Known, but it has not said what it holds: the silent re-open of a stock client, or a session whose question could
         * not be answered. Aware documents only.
         */
        UNINTRODUCED,
        /** Waits for the first part of the state, which answers its first message. */
        OPENING,
        /** Was answered and gets what it lacks, part by part; broadcasts are held back. */
        CATCHING_UP,
        /** Gets every broadcast. */
        LIVE,
        /** Its socket is full: it gets nothing until there is room, and then one catch-up. */
        LAGGING
    }

    final String id;
    State state;
    boolean isCongested;
    long openedAtMillis;

    /** The request whose answer is awaited; 0 if none is. */
    long request;

    long requestedAtMillis;

    LinkSession(String id, State state) {
        this.id = id;
        this.state = state;
    }

    final boolean isLive() {
        return state == State.LIVE;
    }
}
