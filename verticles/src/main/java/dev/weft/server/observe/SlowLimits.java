package dev.weft.server.observe;

/**
 * From when on an operation is slow enough for a line in the log.
 *
 * @param editMillis an edit, from its submission until it is durable
 * @param openMillis opening a document: attaching to its owner, or loading it
 * @param storeMillis one call of the store
 */
public record SlowLimits(int editMillis, int openMillis, int storeMillis) {
    public static final SlowLimits DEFAULT = new SlowLimits(1_000, 2_000, 500);

    public SlowLimits {
        if (editMillis < 1 || openMillis < 1 || storeMillis < 1) {
            throw new IllegalArgumentException("a limit of the slow log must be at least 1 ms");
        }
    }
}
