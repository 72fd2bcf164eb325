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
