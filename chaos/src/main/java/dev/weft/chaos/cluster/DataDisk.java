package dev.weft.chaos.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** A folder for one node's data that can run full and can be made read-only. Used by one thread. */
public final class DataDisk implements AutoCloseable {
    private static final int MIB = 1 << 20;
    private static final int SIZE_MIB = 400;

    private final Path mount;
    private final boolean isOwnDisk;
    private final Thread atExit = new Thread(this::unmount);
    private boolean isReadOnly;

    private DataDisk(Path mount, boolean isOwnDisk) {
        this.mount = mount;
        this.isOwnDisk = isOwnDisk;
    }

    /** Why no disk of a limited size can be made here; empty if it can. */
    public static Optional<String> obstacleToFilling() {
        return Shell.isRoot() ? Optional.empty() : Optional.of("a small disk of its own needs root");
    }

    /** A disk of its own where we may make one, otherwise a plain folder, which can only be made read-only. */
    public static DataDisk create(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean isOwnDisk = Shell.isRoot()
                && Shell.tryRun("mount", "-t", "tmpfs", "-o", "size=" + SIZE_MIB + "m", "tmpfs", folder.toString())
                        == null;
        DataDisk disk = new DataDisk(folder, isOwnDisk);
        Runtime.getRuntime().addShutdownHook(disk.atExit);
        return disk;
    }

    public Path data() {
        return mount.resolve("data");
    }

    /** Leaves no room for another byte. */
    public void fill() {
        if (!isOwnDisk) {
            throw new IllegalStateException("not a disk of its own, and the machine's is not for filling");
        }
        try (OutputStream out = Files.newOutputStream(filler())) {
            byte[] block = new byte[MIB / 256];
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            // Full, as intended.
        }
    }

    public void empty() {
        try {
            Files.deleteIfExists(filler());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path filler() {
        return mount.resolve("filler");
    }

    /** What is open stays writable; nothing new can be made in the folder. */
    public void closeForWriting() {
        isReadOnly = true;
        if (Shell.isRoot()) {
            // Permissions mean nothing to root; a read-only mount does.
            Shell.run("mount", "--bind", data().toString(), data().toString());
            Shell.run("mount", "-o", "remount,bind,ro", data().toString());
        } else {
            permit("r-xr-xr-x");
        }
    }

    public void openForWriting() {
        if (!isReadOnly) {
            return;
        }
        isReadOnly = false;
        if (Shell.isRoot()) {
            Shell.run("umount", "-l", data().toString());
        } else {
            permit("rwxr-xr-x");
        }
    }

    private void permit(String permissions) {
        try {
            Files.setPosixFilePermissions(data(), PosixFilePermissions.fromString(permissions));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void unmount() {
        openForWriting();
        if (isOwnDisk) {
            Shell.tryRun("umount", "-l", mount.toString());
        }
    }

    @Override
    public void close() {
        unmount();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
