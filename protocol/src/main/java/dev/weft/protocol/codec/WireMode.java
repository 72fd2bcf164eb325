package dev.weft.protocol.codec;

/**
 * Which core messages a codec knows (spec protocol 2.2). The first message of a session decides its mode; until then
 * {@link #ANY} reads both.
 */
public enum WireMode {
    /** The server understands changes: types 0 to 4 and 8 to 10. */
    AWARE,
    /** The server stores opaque blobs: types 20 to 26. */
    RELAY,
    /** Both of the above. */
    ANY;

    boolean knows(long type) {
        return knowsAware(type) && this != RELAY || knowsRelay(type) && this != AWARE || isShared(type);
    }

    private static boolean knowsAware(long type) {
        return type >= 0 && type <= 4 || type >= 8 && type <= 10;
    }

    private static boolean knowsRelay(long type) {
        return type >= 20 && type <= 26;
    }

    static boolean isShared(long type) {
        return type >= 5 && type <= 7;
    }
}
