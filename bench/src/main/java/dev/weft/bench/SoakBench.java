package dev.weft.bench;

import dev.weft.bench.soak.Soak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A cluster of three nodes under clients that come and go, and what is left in memory when they are gone:
 * {@code ./weft bench soak seconds=600 clients=500 documents=1000 seed=1}. Ends with exit code 1 if something was lost or
 * has grown.
 */
public final class SoakBench {
    private static final double HEAP_GROWTH_MAX = 0.10;

    private SoakBench() {}

    public static void main(String[] args) throws IOException {
        BenchArguments arguments = new BenchArguments(args);
        Path folder = Files.createTempDirectory("weft-soak-");
        boolean sound;
        try (Soak soak = Soak.start(
                folder,
                arguments.number("clients", 500),
                arguments.number("documents", 1_000),
                arguments.number("seed", 1))) {
            Soak.Result result = soak.run(arguments.number("seconds", 600));
            result.print(System.out);
            sound = result.wrong().isEmpty()
                    && result.failures() == 0
                    && result.leaks().isEmpty()
                    && result.heapGrowth() < HEAP_GROWTH_MAX;
        }
        System.out.println(sound ? "Nothing was lost and nothing has grown." : "Something was lost or has grown.");
        System.exit(sound ? 0 : 1);
    }
}
