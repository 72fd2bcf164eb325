package dev.weft.server.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
    @Test
    void lastsForABurstAndThenFillsBySecond() {
        TokenBucket bucket = new TokenBucket(10, 5, 0);
        for (int i = 0; i < 4; i++) {
            assertThat(bucket.take(1, 0)).isTrue();
        }
        assertThat(bucket.take(1, 0)).isFalse();
        assertThat(bucket.mayTake(99)).isFalse();
        assertThat(bucket.mayTake(100)).isTrue();
    }

    // What is here is here: it is taken, and paid for before more is read.
    @Test
    void somethingLargeIsPaidForAfterwards() {
        TokenBucket bucket = new TokenBucket(1_000, 1_000, 0);
        assertThat(bucket.take(11_000, 0)).isFalse();
        assertThat(bucket.mayTake(10_000)).isFalse();
        assertThat(bucket.mayTake(10_001)).isTrue();
    }

    @Test
    void savesUpNoMoreThanABurst() {
        TokenBucket bucket = new TokenBucket(1_000, 10, 0);
        bucket.take(9, 0);
        assertThat(bucket.take(9, 1_000_000_000_000L)).isTrue();
        assertThat(bucket.take(1, 1_000_000_000_000L)).isFalse();
    }

    @Test
    void zeroIsNoLimit() {
        TokenBucket bucket = new TokenBucket(0, 1, 0);
        assertThat(bucket.take(Long.MAX_VALUE, 0)).isTrue();
        assertThat(bucket.take(Long.MAX_VALUE, 0)).isTrue();
    }

    @Test
    void whoeverWaitsUntilItMayGetsTheRateAndTheBurst() {
        long seed = Long.getLong("seed", 7);
        Random random = new Random(seed);
        TokenBucket bucket = new TokenBucket(500, 200, 0);
        long now = 0;
        long taken = 0;
        while (now < 60_000) {
            if (bucket.mayTake(now)) {
                int amount = 1 + random.nextInt(50);
                bucket.take(amount, now);
                taken += amount;
            } else {
                now += 1 + random.nextInt(7);
            }
        }
        assertThat(taken).as("seed %d", seed).isBetween(500L * 60 * 95 / 100, 500L * 60 + 200 + 50 + 500);
    }
}
