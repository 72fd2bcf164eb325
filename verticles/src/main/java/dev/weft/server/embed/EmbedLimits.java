package dev.weft.server.embed;

/**
 * The bounds of documents opened inside a node.
 *
 * @param gateways how many of them work at the same time; each works on worker threads, so that a long document holds up
 *     no client
 * @param openMax documents open at once, each a replica in memory
 * @param editBytesMax the changes of one edit
 * @param pendingBytesMax changes of one document that are not durable yet; while there are more, edits are refused
 * @param waitingBytesMax changes of one document that wait for a dependency
 */
public record EmbedLimits(int gateways, int openMax, int editBytesMax, int pendingBytesMax, int waitingBytesMax) {
    private static final int MIB = 1 << 20;

    public static final EmbedLimits DEFAULT = new EmbedLimits(2, 1_000, 4 * MIB, 16 * MIB, 64 * MIB);

    public EmbedLimits {
        if (gateways < 1 || openMax < 1 || editBytesMax < 1 || pendingBytesMax < 1 || waitingBytesMax < 1) {
            throw new IllegalArgumentException("the bounds of embedded documents must be positive");
        }
    }
}
