package dev.weft.server.relay.host;

/**
 * The bounds of one room.
 *
 * @param compactAbove a member is asked for a snapshot when the log is longer than this
 * @param askAgainMillis at least so long between two requests
 * @param rememberedPushes pushes whose outcome is remembered for a link that sends them again after a change of owner
 */
public record RelayLimits(int compactAbove, int askAgainMillis, int rememberedPushes) {
    public static final RelayLimits DEFAULT = new RelayLimits(200, 30_000, 10_000);
}
