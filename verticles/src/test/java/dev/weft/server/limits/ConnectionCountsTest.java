package dev.weft.server.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.limits.ConnectionCounts.Place;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectionCountsTest {
    private final ConnectionCounts counts =
            new ConnectionCounts(new ConnectionLimits(6, 4, 3, 2, 1_000, 1_000, 1_000, 0, 1, 0, 1));

    @Test
    void eachLimitIsNamed() {
        List<Place> places = new ArrayList<>();
        places.add(counts.open("a"));
        places.add(counts.open("a"));
        assertThat(counts.open("a")).isNull();
        assertThat(counts.exceeded("a")).isEqualTo(Limit.PENDING_PER_ADDRESS);
        places.add(counts.open("b"));
        assertThat(counts.exceeded("b")).isEqualTo(Limit.PENDING);
        places.forEach(Place::settle);
        places.add(counts.open("a"));
        places.add(counts.open("a"));
        places.forEach(Place::settle);
        assertThat(counts.exceeded("a")).isEqualTo(Limit.CONNECTIONS_PER_ADDRESS);
        counts.open("b").settle();
        assertThat(counts.exceeded("b")).isEqualTo(Limit.CONNECTIONS);
        assertThat(counts.open()).isEqualTo(6);
    }

    // Whoever has one address of IPv6 has millions of them.
    @Test
    void aNetworkOfIpv6CountsAsOneAddress() {
        counts.open("2001:db8:1:2::1");
        counts.open("2001:db8:1:2:ffff::7%eth0");
        assertThat(counts.open("2001:db8:1:2:0:1:0:9")).isNull();
        assertThat(counts.open("2001:db8:1:3::1")).isNotNull();
    }

    @Test
    void ipv4CountsByTheAddressInWhateverClothes() {
        counts.open("::ffff:192.0.2.1");
        counts.open("::ffff:192.0.2.1");
        assertThat(counts.exceeded("::ffff:192.0.2.1")).isEqualTo(Limit.PENDING_PER_ADDRESS);
        assertThat(counts.exceeded("::ffff:192.0.2.2")).isNull();
        assertThat(counts.open("192.0.2.1")).isNull();
    }

    @Test
    void aPlaceIsFreedOnce() {
        Place place = counts.open("a");
        counts.open("a");
        place.free();
        place.free();
        place.settle();
        assertThat(counts.open()).isEqualTo(1);
        assertThat(counts.pending()).isEqualTo(1);
    }
}
