package dev.weft.chaos.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * A wall clock of one node that can be set while it runs, by libfaketime (Debian: package faketime). Everything in the
 * process sees it, Hazelcast included; time that only counts on, as for time-outs, is the machine's, as when somebody
 * sets a real clock.
 */
public final class FakeClock {
    private static final List<Path> LIBRARIES = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
            Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"),
            Path.of("/usr/lib/faketime/libfaketimeMT.so.1"),
            Path.of("/usr/lib64/faketime/libfaketimeMT.so.1"));

    private final Path library;
    private final Path offset;
    private final int node;

    private FakeClock(Path library, Path offset, int node) {
        this.library = library;
        this.offset = offset;
        this.node = node;
    }

    public static boolean isInstalled() {
        return library().isPresent();
    }

    private static Optional<Path> library() {
        return LIBRARIES.stream().filter(Files::exists).findFirst();
    }

    /** @param node whose clock it is; empty where the library is not installed */
    public static Optional<FakeClock> find(Path folder, int node) {
        return library().map(library -> {
            FakeClock clock = new FakeClock(library, folder.resolve("clock-offset"), node);
            clock.set(0);
            return clock;
        });
    }

    public int node() {
        return node;
    }

    /** Against the true time; takes effect within a second. */
    public void set(long offsetSeconds) {
        try {
            // Replaced as a whole: the library must never read half a number.
            Path next = offset.resolveSibling("clock-offset.next");
            Files.writeString(next, String.format("%+d", offsetSeconds));
            Files.move(next, offset, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> prefix() {
        return List.of(
                "env",
                "LD_PRELOAD=" + library,
                "FAKETIME_TIMESTAMP_FILE=" + offset.toAbsolutePath(),
                "FAKETIME_DONT_FAKE_MONOTONIC=1",
                // Its repair of waits is for older C libraries; with a newer one every wait ends at once, and the
                // process spins.
                "FAKETIME_FORCE_MONOTONIC_FIX=0",
                "FAKETIME_CACHE_DURATION=1");
    }
}
