package dev.weft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterOptionsTest {
    @Test
    void defaultsFitOneMachine() {
        ClusterOptions options = ClusterOptions.builder().build();
        assertThat(options.network()).isEqualTo(new Network("127.0.0.1", "127.0.0.1", 5701, 5801));
        assertThat(options.backupCount()).isEqualTo(2);
        assertThat(options.timing()).isEqualTo(ClusterTiming.defaults());
    }

    @Test
    void everyStartHasItsOwnNodeId() {
        ClusterOptions.Builder builder = ClusterOptions.builder().nodeName("alpha");
        String first = builder.build().nodeId();
        assertThat(first)
                .matches("alpha-[0-9a-f]{8}")
                .isNotEqualTo(builder.build().nodeId());
    }

    @Test
    void refusesNamesThatWouldNotSurviveAddressesAndLogs() {
        for (String name : new String[] {"", " ", "a b", "-a", "a/b", "a\n", "x".repeat(64)}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ClusterOptions.builder().nodeName(name).build())
                    .withMessageContaining("nodeName");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ClusterOptions.builder().clusterName(name).build())
                    .withMessageContaining("clusterName");
        }
    }

    @Test
    void saysWhichNumberIsOutOfBoundsAndWhatTheBoundsAre() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterOptions.builder().backupCount(7).build())
                .withMessage("backupCount is 7, must be 0 to 6");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterOptions.builder().awaitedNodes(0).build())
                .withMessage("awaitedNodes is 0, must be 1 to 256");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Network("127.0.0.1", null, 0, 1))
                .withMessageContaining("hazelcastPort");
        // Two heartbeats lost in a row must not cost a member its place.
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterTiming.defaults().withMemberSilenceSeconds(2))
                .withMessageContaining("memberSilenceSeconds");
    }

    @Test
    void aNodeThatListensEverywhereMustSayHowItIsReached() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Network("0.0.0.0", null, 5701, 5801))
                .withMessageContaining("publicHost");
        assertThat(new Network("0.0.0.0", "10.1.2.3", 5701, 5801).publicHost()).isEqualTo("10.1.2.3");
    }

    @Test
    void memberAddressesGetOurPortWhereTheyNameNone() {
        Discovery.Members members = new Discovery.Members(List.of("a", "b:7000", "::1", "[::1]:7000", "10.0.0.1"));
        assertThat(members.withPort(5701))
                .containsExactly("a:5701", "b:7000", "[::1]:5701", "[::1]:7000", "10.0.0.1:5701");
    }

    @Test
    void refusesBlankAndEndlessMemberLists() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Discovery.Members(List.of("a", " ")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Discovery.Members(Collections.nCopies(257, "a")))
                .withMessageContaining("256");
        assertThatIllegalArgumentException().isThrownBy(() -> Discovery.Kubernetes.service(" "));
    }
}
