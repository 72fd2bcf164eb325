package dev.weft.server.storage.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.server.storage.StoreOpenException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The folder of a store and the lock that keeps a second process out of it. Confined to the thread that opens and closes. */
final class DataFolder {
    private static final String LOCK_FILE = "weft.lock";
    private static final int HOLDER_BYTES_MAX = 200;

    // A lock belongs to the whole process and closing any channel of the file releases it. So a second store of this
    // process must be turned away before it touches the file.
    private static final Set<Path> HELD_IN_THIS_PROCESS = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private FileChannel lockChannel;
    private Path heldPath;

    DataFolder(Path folder) {
        this.folder = folder;
    }

    /** Where the database proper lives. */
    Path database() {
        return folder.resolve("documents");
    }

    long freeBytes() throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    void lock() {
        Path path;
        try {
            Files.createDirectories(database());
            path = folder.toRealPath();
        } catch (IOException e) {
            throw new StoreOpenException("the data folder " + folder + " cannot be created: " + reason(e), e);
        }
        if (!HELD_IN_THIS_PROCESS.add(path)) {
            throw new StoreOpenException("the data folder " + folder + " is already open in this process", null);
        }
        heldPath = path;
        try {
            lockFile();
        } catch (StoreOpenException e) {
            unlock();
            throw e;
        }
    }

    private void lockFile() {
        try {
            lockChannel = FileChannel.open(
                    folder.resolve(LOCK_FILE),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            // The lock ends with the process, however it ends; the file may stay behind.
            if (lockChannel.tryLock() == null) {
                throw inUse();
            }
            lockChannel.truncate(0);
            lockChannel.write(UTF_8.encode("process " + ProcessHandle.current().pid()));
        } catch (IOException e) {
            throw new StoreOpenException("the data folder " + folder + " cannot be written: " + reason(e), e);
        }
    }

    void unlock() {
        try {
            if (lockChannel != null) {
                lockChannel.close();
            }
        } catch (IOException e) {
            throw new StoreOpenException("the lock of " + folder + " cannot be released: " + reason(e), e);
        } finally {
            lockChannel = null;
            if (heldPath != null) {
                HELD_IN_THIS_PROCESS.remove(heldPath);
                heldPath = null;
            }
        }
    }

    private StoreOpenException inUse() throws IOException {
        var buffer = ByteBuffer.allocate(HOLDER_BYTES_MAX);
        lockChannel.read(buffer, 0);
        var holder = UTF_8.decode(buffer.flip()).toString();
        return new StoreOpenException(
                "the data folder " + folder + " is in use by " + (holder.isEmpty() ? "another process" : holder)
                        + "; every node needs a folder of its own",
                null);
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
}
