package dev.weft.server.document.host;

/**
 * How long the history of an aware document is kept change by change. What is older may be replaced by a snapshot, where
 * nothing is lost by it for any replica that was in sync within this time.
 *
 * @param millis the time; 0 for ever
 * @param changesMin fewer changes than this are not worth a snapshot
 */
public record HistoryHorizon(long millis, int changesMin) {
    private static final int CHANGES_MIN = 4_096;

    /** Nothing is ever replaced. */
    public static final HistoryHorizon FOREVER = new HistoryHorizon(0, CHANGES_MIN);

    /** @param millis 0 for ever */
    public static HistoryHorizon ofMillis(long millis) {
        return new HistoryHorizon(millis, CHANGES_MIN);
    }

    public boolean isForever() {
        return millis == 0;
    }
}
