package dev.weft.server.storage.embedded;

import static dev.weft.server.storage.Futures.await;
import static dev.weft.server.storage.Futures.failureOf;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentCorruptException;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.OutcomeUnknownException;
import dev.weft.server.storage.StoreException;
import dev.weft.server.storage.StoreLimits;
import dev.weft.server.storage.StoreOpenException;
import dev.weft.server.storage.StoreOverloadedException;
import dev.weft.server.storage.StoreUnavailableException;
import io.vertx.core.Future;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files, full disks, folders that cannot be used. */
class EmbeddedStoreFaultTest {
    private static final DocumentKey DOC = DocumentKey.aware("doc");
    private static final int BLOB_BYTES = 500;

    @TempDir
    Path parent;

    private EmbeddedDocumentStore openIn(Path folder) {
        return open(EmbeddedStoreOptions.in(folder));
    }

    private static EmbeddedDocumentStore open(EmbeddedStoreOptions options) {
        var store = new EmbeddedDocumentStore(options);
        await(store.open());
        return store;
    }

    private static List<byte[]> blob(long position) {
        return List.of(StoreChild.blob(0, position, BLOB_BYTES));
    }

    /** The positions that are there; they must be the first ones, with the right bytes. */
    private static long lastOf(DocumentStore store) {
        long epoch = await(store.claim(DOC, true));
        var positions = new ArrayList<Long>();
        await(store.readAll(
                DOC,
                epoch,
                0,
                page -> page.forEach(entry -> {
                    positions.add(entry.position());
                    assertThat(entry.position()).isEqualTo(positions.size());
                    assertThat(entry.blob()).isEqualTo(blob(entry.position()).get(0));
                })));
        return positions.size();
    }

    /** A folder as a crash leaves it: copied while the store that wrote it is still open. */
    private Path crashedWith(int entries) throws IOException {
        var folder = parent.resolve("live");
        var copy = parent.resolve("copy");
        var store = openIn(folder);
        long epoch = await(store.claim(DOC, true));
        for (int i = 1; i <= entries; i++) {
            await(store.append(DOC, epoch, i, blob(i)));
        }
        copy(folder, copy);
        await(store.close());
        return copy;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var paths = Files.walk(from)) {
            for (var path : paths.toList()) {
                var target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }

    private static Path newest(Path folder, String suffix) throws IOException {
        try (var paths = Files.list(folder.resolve("documents"))) {
            return paths.filter(path -> path.toString().endsWith(suffix))
                    .max(Comparator.comparing(Path::getFileName))
                    .orElseThrow();
        }
    }

    private static void flip(Path file, long offset) throws IOException {
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(offset);
            int old = bytes.read();
            bytes.seek(offset);
            bytes.write(old ^ 0xff);
        }
    }

    @Test
    void aTornTailOfTheLogLosesNothingBeforeIt() throws Exception {
        var crashed = crashedWith(50);
        var random = new Random(Long.getLong("seed", 1));
        for (int round = 0; round < 5; round++) {
            var torn = parent.resolve("torn-" + round);
            copy(crashed, torn);
            var log = newest(torn, ".log");
            // Less than one record: only the last append can be hit.
            try (var bytes = new RandomAccessFile(log.toFile(), "rw")) {
                bytes.setLength(bytes.length() - 1 - random.nextInt(BLOB_BYTES));
            }
            var store = openIn(torn);
            assertThat(lastOf(store)).isEqualTo(49);
            long epoch = await(store.claim(DOC, false));
            await(store.append(DOC, epoch, 50, blob(50)));
            await(store.close());
            store = openIn(torn);
            assertThat(lastOf(store)).isEqualTo(50);
            await(store.close());
        }
    }

    @Test
    void damageInTheMiddleOfTheLogIsReportedAndLosesNothingWithoutConsent() throws Exception {
        var damaged = crashedWith(50);
        var log = newest(damaged, ".log");
        flip(log, Files.size(log) / 2);
        var options = EmbeddedStoreOptions.in(damaged);
        var refused = new EmbeddedDocumentStore(options);
        assertThat(failureOf(refused.open(), StoreOpenException.class))
                .hasMessageContaining("damaged")
                .hasMessageContaining("backup");
        await(refused.close());

        var store = open(options.withLossyRecovery(true));
        assertThat(lastOf(store)).isBetween(10L, 40L);
        await(store.close());
    }

    @Test
    void aMissingTableFileIsReportedAtTheStart() throws Exception {
        var folder = crashedWith(50);
        // Opening moves the log into tables.
        await(openIn(folder).close());
        Files.delete(newest(folder, ".sst"));
        var refused = new EmbeddedDocumentStore(EmbeddedStoreOptions.in(folder));
        failureOf(refused.open(), StoreOpenException.class);
        await(refused.close());
    }

    @Test
    void aDamagedTableConcernsOnlyTheDocumentsInIt() throws Exception {
        var folder = crashedWith(200);
        var store = openIn(folder);
        var other = DocumentKey.aware("other");
        long epoch = await(store.claim(other, true));
        await(store.append(other, epoch, 1, blob(1)));
        await(store.close());
        // The table of entries is the largest: the log as it was at the crash, moved there by opening.
        Path largest;
        try (var paths = Files.list(folder.resolve("documents"))) {
            largest = paths.filter(path -> path.toString().endsWith(".sst"))
                    .max(Comparator.comparing(path -> path.toFile().length()))
                    .orElseThrow();
        }
        flip(largest, Files.size(largest) / 3);
        var again = openIn(folder);
        // The database also meets the damage when it merges tables on its own account; then it stops, and is opened
        // again.
        long docEpoch = eventually(() -> again.claim(DOC, false));
        assertThat(failureOf(again.readAll(DOC, docEpoch, 0, page -> {}), StoreException.class))
                .isInstanceOfAny(DocumentCorruptException.class, StoreUnavailableException.class);
        long otherEpoch = eventually(() -> again.claim(other, false));
        assertThat(eventually(() -> again.read(other, otherEpoch, 0, 1000)).entries())
                .hasSize(1);
        eventually(() -> again.append(other, otherEpoch, 2, blob(2)));
        await(again.close());
    }

    @Test
    void aSecondStoreOfTheSameProcessIsTurnedAwayAndTheFirstGoesOn() {
        var folder = parent.resolve("data");
        var first = openIn(folder);
        var second = new EmbeddedDocumentStore(EmbeddedStoreOptions.in(folder));
        assertThat(failureOf(second.open(), StoreOpenException.class)).hasMessageContaining("already open");
        await(second.close());
        assertThat(await(first.claim(DOC, true))).isEqualTo(1);
        await(first.close());
        await(openIn(folder).close());
    }

    @Test
    void aSecondProcessIsTurnedAwayAndToldByWhom() throws Exception {
        var folder = parent.resolve("data");
        var child = StoreChild.Handle.start(folder, BLOB_BYTES);
        child.read(10);
        var store = new EmbeddedDocumentStore(EmbeddedStoreOptions.in(folder));
        assertThat(failureOf(store.open(), StoreOpenException.class)).hasMessageContaining("in use by process ");
        await(store.close());
        child.kill();
        child.readToEnd();
        // The lock ended with its process.
        await(openIn(folder).close());
    }

    @Test
    void aFolderThatCannotBeCreatedIsNamed() throws IOException {
        var file = Files.createFile(parent.resolve("file"));
        var store = new EmbeddedDocumentStore(EmbeddedStoreOptions.in(file.resolve("data")));
        assertThat(failureOf(store.open(), StoreOpenException.class))
                .hasMessageContaining(file.resolve("data").toString());
        await(store.close());
    }

    @Test
    void aReadOnlyFolderIsNamed() throws Exception {
        var folder = Files.createDirectory(parent.resolve("data"));
        boolean mounted = false;
        if (isRoot()) {
            // Permissions do not stop root; a read-only mount does.
            assumeTrue(ran("mount", "--bind", folder.toString(), folder.toString()), "mounting is not allowed here");
            mounted = ran("mount", "-o", "remount,ro,bind", folder.toString());
        } else {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
        }
        try {
            var store = new EmbeddedDocumentStore(EmbeddedStoreOptions.in(folder));
            assertThat(failureOf(store.open(), StoreOpenException.class)).hasMessageContaining(folder.toString());
            await(store.close());
        } finally {
            if (mounted) {
                ran("umount", folder.toString());
            } else {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    @Test
    void aFullDiskFailsWritesAndTheStoreComesBackWhenThereIsRoomAgain() throws Exception {
        assumeTrue(isRoot(), "mounting a small disk takes root");
        var disk = Files.createDirectory(parent.resolve("disk"));
        assumeTrue(
                ran("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk.toString()),
                "mounting is not allowed here");
        try {
            var ballast = disk.resolve("ballast");
            Files.write(ballast, new byte[8 << 20]);
            var store = open(EmbeddedStoreOptions.in(disk.resolve("data")).withFreeBytesMin(0));
            long epoch = await(store.claim(DOC, true));
            long acknowledged = 0;
            Throwable failure = null;
            while (failure == null) {
                var append = store.append(DOC, epoch, acknowledged + 1, large(acknowledged + 1));
                failure = await(append.transform(outcome -> Future.succeededFuture(outcome.cause())));
                acknowledged += failure == null ? 1 : 0;
            }
            assertThat(failure).isInstanceOfAny(OutcomeUnknownException.class, StoreUnavailableException.class);

            Files.delete(ballast);
            long next = acknowledged + 1;
            eventually(() -> store.append(DOC, epoch, next, large(next)));
            await(store.append(DOC, epoch, next + 1, large(next + 1)));
            var positions = new ArrayList<Long>();
            await(store.readAll(DOC, epoch, 0, page -> page.forEach(entry -> positions.add(entry.position()))));
            assertThat(positions).hasSize((int) next + 1).last().isEqualTo(next + 1);
            await(store.close());
        } finally {
            ran("umount", disk.toString());
        }
    }

    // A limit of the shell works for everybody, where mounting does not; to the database it is a disk error like any
    // other.
    @Test
    void aFileThatMayNotGrowFailsWritesAndKeepsWhatWasAcknowledged() throws Exception {
        var folder = parent.resolve("data");
        var child = StoreChild.Handle.start(folder, 2000);
        // Not before: unpacking the native library takes a large file.
        child.read(10);
        var limited = ran("prlimit", "--fsize=4000000", "--pid=" + child.pid());
        if (!limited) {
            child.kill();
        }
        child.readToEnd();
        assumeTrue(limited, "there is no prlimit");
        assertThat(child.others).hasSizeGreaterThan(1).first().isEqualTo("OPEN");
        assertThat(child.others.get(1)).containsAnyOf("OutcomeUnknownException", "StoreUnavailableException");
        var store = openIn(folder);
        for (int document = 0; document < StoreChild.DOCUMENTS; document++) {
            assertThat(await(store.find(StoreChild.key(document))).orElseThrow().lastPosition())
                    .isGreaterThanOrEqualTo(child.acknowledged[document]);
        }
        await(store.close());
    }

    @Test
    void aNearlyFullDiskTakesDeletionsAndNoAppends() {
        var folder = parent.resolve("data");
        var store = openIn(folder);
        long epoch = await(store.claim(DOC, true));
        await(store.append(DOC, epoch, 1, blob(1)));
        await(store.close());
        store = open(EmbeddedStoreOptions.in(folder).withFreeBytesMin(Long.MAX_VALUE));
        assertThat(failureOf(store.append(DOC, epoch, 2, blob(2)), StoreUnavailableException.class))
                .hasMessageContaining("nearly full");
        await(store.append(DOC, epoch, 1, blob(1)));
        await(store.compact(DOC, epoch, new byte[1], 1));
        await(store.delete(DOC, epoch));
        await(store.close());
    }

    @Test
    void whatWaitsIsBounded() {
        var limits = new StoreLimits(100, 10_000, 10_000, 20_000, 10_000, 10_000);
        var store = open(EmbeddedStoreOptions.in(parent.resolve("data")).withLimits(limits));
        long epoch = await(store.claim(DOC, true));
        var pending = new ArrayList<Future<Void>>();
        long position = 1;
        boolean refused = false;
        while (!refused) {
            var append = store.append(DOC, epoch, position, List.of(new byte[9_000]));
            refused = append.failed() && append.cause() instanceof StoreOverloadedException;
            if (!refused) {
                pending.add(append);
                position++;
            }
            assertThat(store.queuedBytes()).isLessThanOrEqualTo(20_000);
        }
        await(Future.all(pending));
        await(store.append(DOC, epoch, position, List.of(new byte[9_000])));
        await(store.close());
    }

    @Test
    void aBackupIsAStoreOfItsOwn() {
        var store = openIn(parent.resolve("data"));
        long epoch = await(store.claim(DOC, true));
        await(store.append(DOC, epoch, 1, blob(1)));
        await(store.backup(parent.resolve("backup")));
        await(store.append(DOC, epoch, 2, blob(2)));
        var restored = openIn(parent.resolve("backup"));
        assertThat(lastOf(restored)).isEqualTo(1);
        assertThat(lastOf(store)).isEqualTo(2);
        await(restored.close());
        await(store.close());
    }

    @Test
    void spaceIsGivenBackAfterDeletionAndCompaction() {
        var folder = parent.resolve("data");
        var store = openIn(folder);
        var random = new Random(1);
        var keys = List.of(DOC, DocumentKey.relay("room"));
        for (var key : keys) {
            long epoch = await(store.claim(key, true));
            for (int i = 1; i <= 45; i++) {
                // Noise, so that compression does not do the work of deletion.
                var blob = new byte[1 << 20];
                random.nextBytes(blob);
                await(store.append(key, epoch, i, List.of(blob)));
            }
        }
        await(store.delete(keys.get(0), 1));
        await(store.compact(keys.get(1), 1, "all".getBytes(UTF_8), 45));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (sizeOf(folder.toFile()) > 8 << 20) {
            assertThat(System.nanoTime()).as("size " + sizeOf(folder.toFile())).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        await(store.close());
    }

    /** By the old interface, which does not mind files that disappear meanwhile. */
    private static long sizeOf(File folder) {
        long bytes = folder.length();
        var children = folder.listFiles();
        if (children != null) {
            for (var child : children) {
                bytes += sizeOf(child);
            }
        }
        return bytes;
    }

    /** The result of a call, repeated as long as the store says that repeating is safe. */
    private static <T> T eventually(Supplier<Future<T>> call) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            var future = call.get();
            var failure = await(future.transform(outcome -> Future.succeededFuture(outcome.cause())));
            if (failure == null) {
                return future.result();
            }
            assertThat(failure).isInstanceOfAny(StoreUnavailableException.class, OutcomeUnknownException.class);
            assertThat(System.nanoTime()).as("still failing: " + failure).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static List<byte[]> large(long position) {
        var blob = new byte[200_000];
        new Random(position).nextBytes(blob);
        return List.of(blob);
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static boolean ran(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
