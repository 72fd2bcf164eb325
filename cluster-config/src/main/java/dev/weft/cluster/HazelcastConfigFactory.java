package dev.weft.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.EvictionPolicy;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ServiceLoader;

/**
 * Our options as a Hazelcast configuration, in code, so that no file on the class path and no guess of Hazelcast's own
 * can change how a node joins.
 */
public final class HazelcastConfigFactory {
    /** The map that says who owns a document; its values are {@link Fenced}. */
    public static final String OWNERS_MAP = "weft.owners";

    /** The Vert.x cluster manager looks for the node id under this name; without it, it refuses to start. */
    static final String NODE_ID_ATTRIBUTE = "__vertx.nodeId";

    static final String NODE_NAME_ATTRIBUTE = "weft.nodeName";

    /** Missing where a member is no node, or one from before there was such an attribute. */
    static final String MESSAGE_FORMAT_ATTRIBUTE = "weft.messageFormat";

    /** Entries per message between merging halves. */
    private static final int MERGE_BATCH = 500;

    /** Below the time-out of a call on the registry, so that a copy that is late does not look like a call that failed. */
    private static final int BACKUP_TIMEOUT_MILLIS = 500;

    private HazelcastConfigFactory() {}

    public static Config create(ClusterOptions options) {
        Config config = new Config();
        config.setClusterName(options.clusterName());
        config.setInstanceName(options.nodeId());
        config.getMemberAttributeConfig().setAttribute(NODE_ID_ATTRIBUTE, options.nodeId());
        config.getMemberAttributeConfig().setAttribute(NODE_NAME_ATTRIBUTE, options.nodeName());
        config.getJetConfig().setEnabled(false);
        config.getMetricsConfig().setEnabled(false);
        setProperties(config, options);
        configureNetwork(config.getNetworkConfig(), options.network());
        configureJoin(config.getNetworkConfig().getJoin(), options);
        contributeTo(config, options.backupCount());
        configureVertxMaps(config, options.backupCount());
        return config;
    }

    /**
     * Adds to the configuration of an application's own Hazelcast what Weft keeps there; apply it before the member starts,
     * on every member.
     *
     * @param backupCount copies beside the first; with 2, two nodes may be lost at once
     */
    public static void contributeTo(Config config, int backupCount) {
        config.addMapConfig(owners(backupCount));
        ServiceLoader.load(ConfigContribution.class).forEach(contribution -> contribution.addTo(config));
        ServiceLoader.load(MessageFormat.class).forEach(format -> config.getMemberAttributeConfig()
                .setAttribute(MESSAGE_FORMAT_ATTRIBUTE, String.valueOf(format.number())));
    }

    static boolean isContributedTo(Config config) {
        return config.getMapConfigs().containsKey(OWNERS_MAP);
    }

    private static void setProperties(Config config, ClusterOptions options) {
        ClusterTiming timing = options.timing();
        config.setProperty("hazelcast.logging.type", "slf4j");
        config.setProperty("hazelcast.phone.home.enabled", "false");
        // Whoever runs the node decides when it leaves: documents are handed off first.
        config.setProperty("hazelcast.shutdownhook.enabled", "false");
        config.setProperty("hazelcast.graceful.shutdown.max.wait", String.valueOf(timing.shutdownSeconds()));
        config.setProperty("hazelcast.wait.seconds.before.join", String.valueOf(timing.joinWaitSeconds()));
        config.setProperty("hazelcast.heartbeat.interval.seconds", String.valueOf(timing.heartbeatSeconds()));
        config.setProperty("hazelcast.max.no.heartbeat.seconds", String.valueOf(timing.memberSilenceSeconds()));
        // phi-accrual, the other detector, let a freeze of 12 s pass unnoticed.
        config.setProperty("hazelcast.heartbeat.failuredetector.type", "deadline");
        config.setProperty("hazelcast.merge.first.run.delay.seconds", String.valueOf(timing.mergeDelaySeconds()));
        config.setProperty("hazelcast.merge.next.run.delay.seconds", String.valueOf(timing.mergeDelaySeconds()));
        config.setProperty(
                "hazelcast.socket.bind.any", String.valueOf(options.network().bindsAnyInterface()));
        config.setProperty("hazelcast.socket.connect.timeout.seconds", "2");
        // How long a change waits for its copies. A member that stands still must not hold up claims on what it owned.
        config.setProperty("hazelcast.operation.backup.timeout.millis", String.valueOf(BACKUP_TIMEOUT_MILLIS));
    }

    private static void configureNetwork(NetworkConfig config, Network network) {
        config.setPort(network.hazelcastPort());
        config.setPortAutoIncrement(false);
        config.setReuseAddress(true);
        config.setPublicAddress(bracketed(network.publicHost()) + ":" + network.hazelcastPort());
        if (!network.bindsAnyInterface()) {
            config.getInterfaces().setEnabled(true).addInterface(numeric(network.bindHost()));
        }
    }

    private static String bracketed(String host) {
        return host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    /** Hazelcast matches interfaces by number only. */
    private static String numeric(String host) {
        try {
            return InetAddress.getByName(host).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("bindHost '" + host + "' cannot be resolved", e);
        }
    }

    private static void configureJoin(JoinConfig join, ClusterOptions options) {
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(false);
        Discovery discovery = options.discovery();
        if (discovery instanceof Discovery.Members members) {
            join.getTcpIpConfig()
                    .setEnabled(true)
                    .setConnectionTimeoutSeconds(2)
                    .setMembers(members.withPort(options.network().hazelcastPort()));
        } else if (discovery instanceof Discovery.Multicast multicast) {
            join.getMulticastConfig()
                    .setEnabled(true)
                    .setMulticastGroup(multicast.group())
                    .setMulticastPort(multicast.port());
        } else if (discovery instanceof Discovery.Kubernetes kubernetes) {
            join.getKubernetesConfig()
                    .setEnabled(true)
                    .setProperty("service-dns", kubernetes.serviceDns())
                    .setProperty("service-dns-timeout", String.valueOf(kubernetes.dnsTimeoutSeconds()))
                    .setProperty(
                            "service-port", String.valueOf(options.network().hazelcastPort()));
        } else {
            throw new AssertionError(discovery);
        }
    }

    private static MapConfig owners(int backupCount) {
        MapConfig map = new MapConfig(OWNERS_MAP);
        map.setBackupCount(backupCount);
        // An entry leaves when its owner releases it, never by itself: a forgotten owner would be claimed away.
        map.setTimeToLiveSeconds(0);
        map.setMaxIdleSeconds(0);
        map.getEvictionConfig().setEvictionPolicy(EvictionPolicy.NONE);
        map.setStatisticsEnabled(false);
        map.setMergePolicyConfig(new MergePolicyConfig(SplitBrainPolicy.class.getName(), MERGE_BATCH));
        return map;
    }

    /** The maps of the Vert.x cluster manager: with one backup, two nodes lost at once take subscriptions with them. */
    private static void configureVertxMaps(Config config, int backupCount) {
        MultiMapConfig subscriptions = new MultiMapConfig("__vertx.subs");
        subscriptions.setBackupCount(backupCount);
        subscriptions.setValueCollectionType(MultiMapConfig.ValueCollectionType.SET);
        config.addMultiMapConfig(subscriptions);
        config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(backupCount));
        config.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(backupCount));
    }
}
