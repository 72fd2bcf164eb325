package dev.weft.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short form of {@code ./weft bench soak}; {@code -Dweft.soak.seconds} makes it longer. */
class SoakIT {
    private static final int SECONDS = Integer.getInteger("weft.soak.seconds", 5);
    private static final long SEED = Long.getLong("seed", 1);

    @Test
    void nothingIsLeftOfClientsThatHaveGone(@TempDir Path folder) throws IOException {
        try (Soak soak = Soak.start(folder, 60, 120, SEED)) {
            Soak.Result result = soak.run(SECONDS);
            result.print(System.out);
            assertThat(result.visits()).isGreaterThan(60);
            assertThat(result.failures()).as("failed visits").isZero();
            assertThat(result.wrong()).isEmpty();
            assertThat(result.leaks()).isEmpty();
            // Of a heap of 30 MB, caches that still grow are a large part; the long form demands 10 %.
            assertThat(result.heapGrowth()).isLessThan(0.20);
        }
    }
}
