package dev.weft.client.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SeqWindowTest {
    private final SeqWindow window = new SeqWindow();

    @Test
    void growsWithoutGaps() {
        window.holdUpTo(5);
        window.hold(5, 7);
        assertThat(window.maxContiguous()).isEqualTo(7);
        assertThat(window.hasGap()).isFalse();
    }

    @Test
    void keepsRangesBeyondAGapUntilItCloses() {
        window.hold(3, 5);
        window.hold(6, 7);
        assertThat(window.maxContiguous()).isZero();
        assertThat(window.hasGap()).isTrue();
        window.hold(0, 3);
        assertThat(window.maxContiguous()).isEqualTo(5);
        assertThat(window.hasGap()).isTrue();
        window.hold(5, 6);
        assertThat(window.maxContiguous()).isEqualTo(7);
        assertThat(window.hasGap()).isFalse();
    }

    @Test
    void neverShrinksButByReset() {
        window.holdUpTo(9);
        window.holdUpTo(4);
        assertThat(window.maxContiguous()).isEqualTo(9);
        window.reset(2);
        assertThat(window.maxContiguous()).isEqualTo(2);
    }

    @Test
    void ignoresEmptyAndInvertedRanges() {
        window.hold(4, 4);
        window.hold(9, 3);
        assertThat(window.hasGap()).isFalse();
    }

    @Test
    void agreesWithASetOfNumbersWhateverTheOrder() {
        long seed = Long.getLong("seed", 7);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            SeqWindow tested = new SeqWindow();
            BitSet held = new BitSet();
            List<int[]> ranges = new ArrayList<>();
            for (int i = 0; i < 30; ) {
                int length = 1 + random.nextInt(3);
                ranges.add(new int[] {i, i + length});
                i += length;
            }
            Collections.shuffle(ranges, random);
            for (int[] range : ranges) {
                tested.hold(range[0], range[1]);
                held.set(range[0], range[1]);
                assertThat(tested.maxContiguous()).as("seed %d", seed).isEqualTo(held.nextClearBit(0));
            }
        }
    }
}
