package dev.weft.server.document.host;

import dev.weft.server.limits.DocumentLimits;

/**
 * The bounds of one hosted document.
 *
 * @param recentBytesMax how many bytes of broadcasts are kept to fill gaps; beyond it a link catches up by vector
 * @param messageBytesMax how much goes into one bus message at most, except a single larger change
 * @param persistBytesMax how much is appended to the store at once, except a single larger change
 * @param heldAsideMax changes that wait for a dependency
 * @param followersMax links that may follow one document
 * @param tickMillis how often {@link Hosted#tick} is due
 * @param heartbeatMillis a link hears of the newest number at least this often after a broadcast
 * @param heartbeatIdleMillis the same when nothing happens
 * @param followerSilentMillisMax a link from which nothing is heard for so long is taken to be gone; links say something
 *     every {@code LinkLimits.quietMillisMax}
 * @param proofMillis an owner that has not written for so long asks the store whether it still is the owner
 * @param tellAheadAfterMillis an owner of an aware document whose store has not answered for so long tells its followers of
 *     changes that are not durable; 0 for always
 * @param documents what one document may grow to
 */
public record HostLimits(
        int recentBytesMax,
        int messageBytesMax,
        int persistBytesMax,
        int heldAsideMax,
        int followersMax,
        int tickMillis,
        int heartbeatMillis,
        int heartbeatIdleMillis,
        int followerSilentMillisMax,
        int proofMillis,
        int tellAheadAfterMillis,
        DocumentLimits documents) {
    public static final HostLimits DEFAULT = new HostLimits(
            1 << 20,
            256 << 10,
            1 << 20,
            10_000,
            4_096,
            250,
            750,
            10_000,
            60_000,
            10_000,
            2_000,
            DocumentLimits.DEFAULT);

    public HostLimits withDocuments(DocumentLimits value) {
        return with(tellAheadAfterMillis, value);
    }

    public HostLimits withTellAheadAfterMillis(int value) {
        return with(value, documents);
    }

    private HostLimits with(int tellAheadAfter, DocumentLimits documentLimits) {
        return new HostLimits(
                recentBytesMax,
                messageBytesMax,
                persistBytesMax,
                heldAsideMax,
                followersMax,
                tickMillis,
                heartbeatMillis,
                heartbeatIdleMillis,
                followerSilentMillisMax,
                proofMillis,
                tellAheadAfter,
                documentLimits);
    }
}
