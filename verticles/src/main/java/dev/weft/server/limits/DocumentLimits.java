package dev.weft.server.limits;

/**
 * What one document may grow to. What would go beyond is refused to its author and never stored.
 *
 * @param bytesMax bytes its history may occupy in memory; of a room, bytes of its log and snapshot
 * @param peersMax peers that ever wrote; everybody sends them all at each handshake
 * @param handlersMax handlers that were ever written to
 * @param driftMillisMax how far the clock of a change may be ahead of the node's: it moves the clocks of all others
 */
public record DocumentLimits(long bytesMax, int peersMax, int handlersMax, long driftMillisMax) {
    /*
     * A client whose clock is ahead cannot be told to stamp anew: it offers the same change at every handshake (spec protocol
     * G18). So by default only what would bring everybody near the end of their clocks, in the year 10889, is refused;
     * a century ahead leaves them 8,700 years.
     */
    private static final long CENTURY_MILLIS = 36_525L * 86_400_000;

    public static final DocumentLimits DEFAULT = new DocumentLimits(256L << 20, 50_000, 10_000, CENTURY_MILLIS);
}
