package dev.weft.server.link;

/**
 * The bounds of one link.
 *
 * @param ringBytesMax unacknowledged submissions; beyond it the connections that submit are paused
 * @param recentBytesMax broadcasts kept for sessions that are about to go live
 * @param echoIdsMax ids of recent broadcasts by which echoes are recognised
 * @param partBytesMax how much of a state is asked for at once
 * @param sessionsMax sessions on one link
 * @param retryMillis an unanswered attachment or submission is repeated after this time
 * @param suspicionMillis an owner that is silent for so long while something is unanswered is believed dead
 * @param handshakeMillisMax a handshake is answered or refused within this time; stock clients wait five seconds
 * @param outOfSyncMillis at least so long between two OUT_OF_SYNC to one session
 * @param resyncSpreadMillis the OUT_OF_SYNC after a change of owner are spread over this time
 * @param quietMillisMax a link that heard nothing from its owner, or said nothing, for so long asks whether it follows
 * @param lingerMillis how long a link without sessions is kept
 */
public record LinkLimits(
        int ringBytesMax,
        int recentBytesMax,
        int echoIdsMax,
        int partBytesMax,
        int sessionsMax,
        int retryMillis,
        int suspicionMillis,
        int handshakeMillisMax,
        int outOfSyncMillis,
        int resyncSpreadMillis,
        int quietMillisMax,
        int lingerMillis) {
    public static final LinkLimits DEFAULT = new LinkLimits(
            4 << 20, 256 << 10, 2_048, 512 << 10, 100_000, 500, 1_500, 4_000, 1_000, 1_000, 20_000, 5_000);
}
