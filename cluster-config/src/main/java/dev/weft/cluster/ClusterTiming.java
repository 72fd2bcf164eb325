package dev.weft.cluster;

import static dev.weft.cluster.ClusterOptions.requireBetween;

/**
 * How fast a cluster notices what happens to it. The defaults find a frozen or cut-off node within 6 s without removing
 * one that merely pauses for 4 s; where longer pauses are usual, raise {@code memberSilenceSeconds} to 10.
 *
 * @param heartbeatSeconds how often members tell each other that they live; 1 to 10
 * @param memberSilenceSeconds a member silent for longer is removed; more than two heartbeats, at most 60
 * @param mergeDelaySeconds how often two halves of a cluster look for each other after a partition; 1 to 300
 * @param joinWaitSeconds pause before a first node declares itself a cluster; 0 starts fastest, but nodes that start in
 *     the same second then form two clusters and merge one {@code mergeDelaySeconds} later; 0 to 60
 * @param connectTimeoutMillis opening a bus connection to a node; 100 to 60,000
 * @param busPingMillis how often a bus connection is proved alive; 500 to 60,000
 * @param tcpUserTimeoutMillis unacknowledged bytes older than this break a bus connection, which bounds what is queued
 *     for a frozen node; works with the native transport only; 1,000 to 60,000
 * @param requestTimeoutMillis reply time-out of requests on the bus that name none; requests to a node that just died
 *     wait for all of it; 100 to 30,000
 * @param shutdownSeconds how long a leaving node may take to hand over its share of the registry; 1 to 120
 */
public record ClusterTiming(
        int heartbeatSeconds,
        int memberSilenceSeconds,
        int mergeDelaySeconds,
        int joinWaitSeconds,
        int connectTimeoutMillis,
        int busPingMillis,
        int tcpUserTimeoutMillis,
        int requestTimeoutMillis,
        int shutdownSeconds) {
    public ClusterTiming {
        requireBetween(heartbeatSeconds, 1, 10, "heartbeatSeconds");
        requireBetween(memberSilenceSeconds, 2 * heartbeatSeconds + 1, 60, "memberSilenceSeconds");
        requireBetween(mergeDelaySeconds, 1, 300, "mergeDelaySeconds");
        requireBetween(joinWaitSeconds, 0, 60, "joinWaitSeconds");
        requireBetween(connectTimeoutMillis, 100, 60_000, "connectTimeoutMillis");
        requireBetween(busPingMillis, 500, 60_000, "busPingMillis");
        requireBetween(tcpUserTimeoutMillis, 1_000, 60_000, "tcpUserTimeoutMillis");
        requireBetween(requestTimeoutMillis, 100, 30_000, "requestTimeoutMillis");
        requireBetween(shutdownSeconds, 1, 120, "shutdownSeconds");
    }

    public static ClusterTiming defaults() {
        return new ClusterTiming(1, 5, 2, 0, 2_000, 3_000, 5_000, 3_000, 10);
    }

    public ClusterTiming withMemberSilenceSeconds(int seconds) {
        return new ClusterTiming(
                heartbeatSeconds,
                seconds,
                mergeDelaySeconds,
                joinWaitSeconds,
                connectTimeoutMillis,
                busPingMillis,
                tcpUserTimeoutMillis,
                requestTimeoutMillis,
                shutdownSeconds);
    }

    public ClusterTiming withMergeDelaySeconds(int seconds) {
        return new ClusterTiming(
                heartbeatSeconds,
                memberSilenceSeconds,
                seconds,
                joinWaitSeconds,
                connectTimeoutMillis,
                busPingMillis,
                tcpUserTimeoutMillis,
                requestTimeoutMillis,
                shutdownSeconds);
    }

    public ClusterTiming withJoinWaitSeconds(int seconds) {
        return new ClusterTiming(
                heartbeatSeconds,
                memberSilenceSeconds,
                mergeDelaySeconds,
                seconds,
                connectTimeoutMillis,
                busPingMillis,
                tcpUserTimeoutMillis,
                requestTimeoutMillis,
                shutdownSeconds);
    }
}
