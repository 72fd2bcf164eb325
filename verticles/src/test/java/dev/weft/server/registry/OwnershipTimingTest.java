package dev.weft.server.registry;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class OwnershipTimingTest {
    @Test
    void refusesATimingThatBreaksThePromise() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OwnershipTiming(4_000, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1))
                .withMessageContaining("4000");
    }
}
