package dev.weft.client.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static Backoff backoff(Backoff.Policy policy, int endpoints) {
        return new Backoff(policy, endpoints, new SplittableRandom(1));
    }

    @Test
    void doublesOncePerRoundThroughTheEndpoints() {
        Backoff backoff = backoff(new Backoff.Policy(100, 1_000, 0, 0), 2);
        long[] waits = IntStream.range(0, 12)
                .mapToLong(i -> {
                    backoff.failed();
                    return backoff.nextDelayMillis();
                })
                .toArray();
        assertThat(waits).containsExactly(0, 0, 100, 100, 200, 200, 400, 400, 800, 800, 1_000, 1_000);
    }

    @Test
    void addsJitterToEveryWaitTheFirstIncluded() {
        Backoff backoff = backoff(Backoff.Policy.DEFAULT, 1);
        backoff.failed();
        List<Long> waits =
                LongStream.generate(backoff::nextDelayMillis).limit(200).boxed().toList();
        assertThat(waits).allSatisfy(wait -> assertThat(wait).isBetween(0L, 250L));
        assertThat(new HashSet<>(waits)).hasSizeGreaterThan(50);
    }

    @Test
    void staysBelowItsLimitForEver() {
        Backoff backoff = backoff(new Backoff.Policy(500, 10_000, 0, 0), 1);
        IntStream.range(0, 10_000).forEach(i -> backoff.failed());
        assertThat(backoff.nextDelayMillis()).isEqualTo(10_000);
        assertThat(backoff.isExhausted()).isFalse();
    }

    @Test
    void aSuccessResetsTheCountAndASettledConnectionTheWait() {
        Backoff backoff = backoff(new Backoff.Policy(100, 1_000, 0, 3), 1);
        IntStream.range(0, 3).forEach(i -> backoff.failed());
        assertThat(backoff.isExhausted()).isTrue();
        backoff.succeeded();
        assertThat(backoff.isExhausted()).isFalse();
        backoff.failed();
        assertThat(backoff.nextDelayMillis()).isEqualTo(400);
        backoff.settled();
        backoff.failed();
        assertThat(backoff.nextDelayMillis()).isZero();
    }

    @Test
    void refusesNonsense() {
        assertThatThrownBy(() -> new Backoff.Policy(100, 50, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Backoff.Policy(-1, 50, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
