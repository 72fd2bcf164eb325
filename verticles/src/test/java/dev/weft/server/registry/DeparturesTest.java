package dev.weft.server.registry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeparturesTest {
    private final Departures departures = new Departures();
    private long now = 1_000;

    @Test
    void nobodyIsMissingAtFirst() {
        assertThat(departures.isWhole(now)).isTrue();
    }

    @Test
    void whoHasLeftIsMissingUntilItHasBeenBackForAMoment() {
        departures.left("b", now);
        assertThat(departures.isWhole(now += 60_000)).isFalse();
        departures.joined("b", now);
        assertThat(departures.isWhole(now + Departures.SETTLED_AFTER_JOIN_MILLIS - 1))
                .isFalse();
        assertThat(departures.isWhole(now + Departures.SETTLED_AFTER_JOIN_MILLIS))
                .isTrue();
    }

    @Test
    void aNodeThatNeverComesBackIsNotWaitedForForEver() {
        departures.left("b", now);
        assertThat(departures.isWhole(now + Departures.REMEMBERED_MILLIS)).isTrue();
    }

    @Test
    void whoeverStoodStillKnowsNothingForAWhile() {
        departures.paused(now);
        departures.joined("b", now);
        assertThat(departures.isWhole(now + Departures.SETTLED_AFTER_PAUSE_MILLIS - 1))
                .isFalse();
        assertThat(departures.isWhole(now + Departures.SETTLED_AFTER_PAUSE_MILLIS))
                .isTrue();
    }
}
