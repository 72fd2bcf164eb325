package dev.weft.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.config.EvictionPolicy;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import org.junit.jupiter.api.Test;

class HazelcastConfigFactoryTest {
    private final ClusterOptions.Builder options = ClusterOptions.builder().nodeName("alpha");

    @Test
    void takesTheSettingsThatWereMeasured() {
        Config config = HazelcastConfigFactory.create(options.build());
        assertThat(config.getProperty("hazelcast.wait.seconds.before.join")).isEqualTo("0");
        assertThat(config.getProperty("hazelcast.heartbeat.interval.seconds")).isEqualTo("1");
        assertThat(config.getProperty("hazelcast.max.no.heartbeat.seconds")).isEqualTo("5");
        assertThat(config.getProperty("hazelcast.heartbeat.failuredetector.type"))
                .isEqualTo("deadline");
        assertThat(config.getProperty("hazelcast.merge.first.run.delay.seconds"))
                .isEqualTo("2");
        assertThat(config.getProperty("hazelcast.merge.next.run.delay.seconds")).isEqualTo("2");
        assertThat(config.getProperty("hazelcast.phone.home.enabled")).isEqualTo("false");
        assertThat(config.getProperty("hazelcast.logging.type")).isEqualTo("slf4j");
        assertThat(config.getProperty("hazelcast.shutdownhook.enabled")).isEqualTo("false");
    }

    @Test
    void neverSlipsToAnotherPort() {
        Config config = HazelcastConfigFactory.create(
                options.network(Network.loopback().withPorts(6001, 6002)).build());
        assertThat(config.getNetworkConfig().getPort()).isEqualTo(6001);
        assertThat(config.getNetworkConfig().isPortAutoIncrement()).isFalse();
        assertThat(config.getNetworkConfig().getPublicAddress()).isEqualTo("127.0.0.1:6001");
        assertThat(config.getNetworkConfig().getInterfaces().getInterfaces()).containsExactly("127.0.0.1");
    }

    @Test
    void findsMembersByListOnly() {
        JoinConfig join = joinOf(options.members("10.0.0.1", "10.0.0.2:7000").build());
        assertThat(join.getTcpIpConfig().isEnabled()).isTrue();
        assertThat(join.getTcpIpConfig().getMembers()).containsExactly("10.0.0.1:5701", "10.0.0.2:7000");
        assertThat(join.getMulticastConfig().isEnabled()).isFalse();
        assertThat(join.getAutoDetectionConfig().isEnabled()).isFalse();
        assertThat(join.getKubernetesConfig().isEnabled()).isFalse();
    }

    @Test
    void findsMembersByMulticastOnly() {
        JoinConfig join = joinOf(
                options.discovery(new Discovery.Multicast("224.9.9.9", 4321)).build());
        assertThat(join.getMulticastConfig().isEnabled()).isTrue();
        assertThat(join.getMulticastConfig().getMulticastGroup()).isEqualTo("224.9.9.9");
        assertThat(join.getMulticastConfig().getMulticastPort()).isEqualTo(4321);
        assertThat(join.getTcpIpConfig().isEnabled()).isFalse();
    }

    @Test
    void findsMembersBehindAHeadlessServiceOnly() {
        JoinConfig join = joinOf(options.discovery(Discovery.Kubernetes.service("weft.default.svc.cluster.local"))
                .build());
        assertThat(join.getKubernetesConfig().isEnabled()).isTrue();
        assertThat(join.getKubernetesConfig().getProperty("service-dns")).isEqualTo("weft.default.svc.cluster.local");
        assertThat(join.getKubernetesConfig().getProperty("service-port")).isEqualTo("5701");
        assertThat(join.getTcpIpConfig().isEnabled()).isFalse();
        assertThat(join.getMulticastConfig().isEnabled()).isFalse();
    }

    @Test
    void ownersSurviveTwoNodesAndNeverExpire() {
        MapConfig owners =
                HazelcastConfigFactory.create(options.build()).getMapConfig(HazelcastConfigFactory.OWNERS_MAP);
        assertThat(owners.getBackupCount()).isEqualTo(2);
        assertThat(owners.getTimeToLiveSeconds()).isZero();
        assertThat(owners.getMaxIdleSeconds()).isZero();
        assertThat(owners.getEvictionConfig().getEvictionPolicy()).isEqualTo(EvictionPolicy.NONE);
        assertThat(owners.getMergePolicyConfig().getPolicy()).isEqualTo(SplitBrainPolicy.class.getName());
    }

    @Test
    void membersCarryTheNodeIdThatTheBusUses() {
        ClusterOptions built = options.build();
        Config config = HazelcastConfigFactory.create(built);
        assertThat(config.getMemberAttributeConfig().getAttribute("__vertx.nodeId"))
                .isEqualTo(built.nodeId());
        assertThat(config.getMemberAttributeConfig().getAttribute("weft.nodeName"))
                .isEqualTo("alpha");
    }

    private static JoinConfig joinOf(ClusterOptions options) {
        return HazelcastConfigFactory.create(options).getNetworkConfig().getJoin();
    }
}
