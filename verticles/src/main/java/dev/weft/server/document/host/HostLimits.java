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

    public static Builder builder() {
        return DEFAULT.toBuilder();
    }

    public Builder toBuilder() {
        return new Builder(this);
    }

    public HostLimits withDocuments(DocumentLimits value) {
        return toBuilder().documents(value).build();
    }

    public HostLimits withTellAheadAfterMillis(int value) {
        return toBuilder().tellAheadAfterMillis(value).build();
    }

    /** Collects bounds, beginning with those it was made from; not thread-safe. */
    public static final class Builder {
        private int recentBytesMax;
        private int messageBytesMax;
        private int persistBytesMax;
        private int heldAsideMax;
        private int followersMax;
        private int tickMillis;
        private int heartbeatMillis;
        private int heartbeatIdleMillis;
        private int followerSilentMillisMax;
        private int proofMillis;
        private int tellAheadAfterMillis;
        private DocumentLimits documents;

        private Builder(HostLimits from) {
            recentBytesMax = from.recentBytesMax;
            messageBytesMax = from.messageBytesMax;
            persistBytesMax = from.persistBytesMax;
            heldAsideMax = from.heldAsideMax;
            followersMax = from.followersMax;
            tickMillis = from.tickMillis;
            heartbeatMillis = from.heartbeatMillis;
            heartbeatIdleMillis = from.heartbeatIdleMillis;
            followerSilentMillisMax = from.followerSilentMillisMax;
            proofMillis = from.proofMillis;
            tellAheadAfterMillis = from.tellAheadAfterMillis;
            documents = from.documents;
        }

        public Builder recentBytesMax(int value) {
            recentBytesMax = value;
            return this;
        }

        public Builder messageBytesMax(int value) {
            messageBytesMax = value;
            return this;
        }

        public Builder persistBytesMax(int value) {
            persistBytesMax = value;
            return this;
        }

        public Builder heldAsideMax(int value) {
            heldAsideMax = value;
            return this;
        }

        public Builder followersMax(int value) {
            followersMax = value;
            return this;
        }

        public Builder tickMillis(int value) {
            tickMillis = value;
            return this;
        }

        public Builder heartbeatMillis(int value) {
            heartbeatMillis = value;
            return this;
        }

        public Builder heartbeatIdleMillis(int value) {
            heartbeatIdleMillis = value;
            return this;
        }

        public Builder followerSilentMillisMax(int value) {
            followerSilentMillisMax = value;
            return this;
        }

        public Builder proofMillis(int value) {
            proofMillis = value;
            return this;
        }

        public Builder tellAheadAfterMillis(int value) {
            tellAheadAfterMillis = value;
            return this;
        }

        public Builder documents(DocumentLimits value) {
            documents = value;
            return this;
        }

        public HostLimits build() {
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
                    tellAheadAfterMillis,
                    documents);
        }
    }
}
