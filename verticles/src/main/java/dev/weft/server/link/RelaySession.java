package dev.weft.server.link;

/** Where one client stands with one relay room. Confined to its link. */
final class RelaySession {
    enum State {
        /** Waits for its first welcome. */
        OPENING,
        /** Was welcomed and gets the rest of the log part by part; broadcasts are held back. */
        CATCHING_UP,
        /** Gets every broadcast. */
        LIVE,
        /** Its socket is full: it gets nothing until there is room, and then one catch-up. */
        LAGGING
    }

    final String id;
    State state = State.OPENING;

    /** Whether it was ever welcomed; before that a push would be pushed again. */
    boolean isWelcomed;

    /** Whether it waits for a welcome, be it the first or one it asked for. */
    boolean awaitsWelcome;

    /** Whether it said hello, so that a failure ends an attempt to connect. */
    boolean isConnecting;

    long openedAtMillis;

    /** The request whose answer is awaited; 0 if none is. */
    long request;

    long requestedAtMillis;

    boolean isCongested;

    /** The last number it was sent, or told of; broadcasts up to it are skipped. */
    long holdsUpTo;

    RelaySession(String id) {
        this.id = id;
    }

    boolean isLive() {
        return state == State.LIVE;
    }
}
