package dev.weft.bench.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.bench.BenchArguments;
import dev.weft.bench.Latencies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;

/**
 * Group commits of small records over many documents, as the embedded store makes them, and the scan that loads a document.
 *
 * <p>Arguments, as {@code name=value}: {@code engine} (rocksdb, mvstore or lmdb), {@code folder}, {@code documents},
 * {@code group} (records per commit), {@code blob} (bytes), {@code records} (in all).
 */
public final class EngineBench {
    private static final int RECORD_BYTES = 72;

    private EngineBench() {}

    public static void main(String[] args) throws IOException {
        var arguments = new BenchArguments(args);
        var name = arguments.text("engine", "rocksdb");
        var folder = Path.of(arguments.text("folder", "target/engine-bench")).resolve(name);
        Files.createDirectories(folder);
        try (var engine = engineOf(name)) {
            engine.open(folder);
            run(name, engine, folder, arguments);
        }
    }

    private static Engine engineOf(String name) {
        return switch (name) {
            case "rocksdb" -> new RocksEngine();
            case "mvstore" -> new MvStoreEngine();
            case "lmdb" -> new LmdbEngine();
            default -> throw new IllegalArgumentException("no such engine: " + name);
        };
    }

    private static void run(String name, Engine engine, Path folder, BenchArguments arguments) throws IOException {
        int documents = arguments.number("documents", 1000);
        int group = arguments.number("group", 64);
        int records = arguments.number("records", 500_000);
        int blobBytes = arguments.number("blob", 200);
        var random = new Random(1);
        var positions = new long[documents];
        var latencies = new Latencies();
        long began = System.nanoTime();
        for (int written = 0; written < records; written += group) {
            var entries = new ArrayList<Engine.Entry>();
            var numbers = new HashSet<Long>();
            for (int i = 0; i < group; i++) {
                int number = random.nextInt(documents);
                entries.add(new Engine.Entry(number, ++positions[number], blob(random, blobBytes)));
                numbers.add((long) number);
            }
            long commitBegan = System.nanoTime();
            engine.commit(entries, numbers, new byte[RECORD_BYTES]);
            latencies.add(System.nanoTime() - commitBegan);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        long scanBegan = System.nanoTime();
        long found = 0;
        for (int number = 0; number < Math.min(100, documents); number++) {
            found += engine.scan(number);
        }
        double scanSeconds = (System.nanoTime() - scanBegan) / 1e9;
        System.out.printf(
                "engine=%s group=%d: %,.0f records/s, commit p50 %.2f ms, p99 %.2f ms, max %.0f ms; scan %,.0f records/s; "
                        + "%.0f bytes on disk per record%n",
                name,
                group,
                records / seconds,
                latencies.millis(0.5),
                latencies.millis(0.99),
                latencies.millis(1),
                found / scanSeconds,
                bytesOf(folder) / (double) records);
    }

    /** Half of it text, half noise: about as compressible as changes are. */
    private static byte[] blob(Random random, int bytes) {
        var blob = new byte[bytes];
        for (int i = 0; i < blob.length; i++) {
            blob[i] = (byte) (i % 2 == 0 ? 'a' + i % 7 : random.nextInt());
        }
        return blob;
    }

    private static long bytesOf(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            List<Path> files = paths.filter(Files::isRegularFile).toList();
            long bytes = 0;
            for (var file : files) {
                // LMDB's file has holes; what counts is what it occupies.
                bytes += 512 * blocks(file);
            }
            return bytes;
        }
    }

    private static long blocks(Path file) throws IOException {
        var process = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
        return Long.parseLong(new String(process.getInputStream().readAllBytes(), US_ASCII).trim());
    }
}
