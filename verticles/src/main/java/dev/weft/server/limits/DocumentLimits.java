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
    public static final DocumentLimits DEFAULT = new DocumentLimits(256L << 20, 50_000, 10_000, 86_400_000);
}
