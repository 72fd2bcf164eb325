package dev.weft.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * A PostgreSQL server of our own, from binaries on the class path, on a free port, without passwords. It refuses to run
 * as root, so under root it runs as nobody, in a folder that nobody may enter.
 *
 * <p>{@code -Dweft.postgres.uri=postgresql://…} makes {@link #sharedUri} name a server that is there already. Where there
 * are neither binaries for the platform nor such a server, {@link #isAvailable} says so.
 */
public final class PostgresServer implements AutoCloseable {
    private static final String EXTERNAL_URI = System.getProperty("weft.postgres.uri", "");
    private static final int START_SECONDS_MAX = 60;
    private static final long ANSWER_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final String STILL_IN_USE = "is still in use";
    private static final String UNPRIVILEGED_USER = "nobody";

    private static PostgresServer shared;

    private final Path folder;
    private final List<String> addresses;
    private final int port;
    private Process process;

    private PostgresServer(Path folder, List<String> addresses, int port) {
        this.folder = folder;
        this.addresses = addresses;
        this.port = port;
    }

    /** Whether {@link #start} has binaries for this platform. */
    public static boolean isAvailable() {
        return PostgresServer.class.getResource("/" + archiveOfPlatform()) != null;
    }

    /** Whether {@link #sharedUri} has a server to name. */
    public static boolean isSharedAvailable() {
        return !EXTERNAL_URI.isEmpty() || isAvailable();
    }

    /** One server for all tests of this JVM that do not stop it; it ends with the JVM. */
    public static synchronized String sharedUri() {
        if (!EXTERNAL_URI.isEmpty()) {
            return EXTERNAL_URI;
        }
        if (shared == null) {
            shared = start();
            Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
        }
        return shared.uri();
    }

    /** An empty database on the server of {@link #sharedUri}. */
    public static String freshUri() {
        URI shared = URI.create(sharedUri());
        String name = "fresh_" + UUID.randomUUID().toString().replace("-", "");
        String[] user = shared.getUserInfo().split(":", 2);
        String place = shared.getHost() + ":" + shared.getPort();
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://" + place + shared.getPath(), user[0], user.length > 1 ? user[1] : "");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        } catch (SQLException e) {
            throw new IllegalStateException("No database beside " + shared, e);
        }
        return "postgresql://" + shared.getUserInfo() + "@" + place + "/" + name;
    }

    /** A server on loopback that the caller may stop, kill and start again. */
    public static PostgresServer start() {
        return start(List.of());
    }

    /**
     * A server that the caller may stop, kill and start again.
     *
     * @param moreAddresses own addresses to listen on beside loopback; whoever is in the same subnet (24 bits) may connect
     */
    public static PostgresServer start(List<String> moreAddresses) {
        var archive = archiveOfPlatform();
        if (!isAvailable()) {
            throw new IllegalStateException("There is no " + archive + " on the class path");
        }
        List<String> addresses = new ArrayList<>(List.of("127.0.0.1"));
        addresses.addAll(moreAddresses);
        try {
            var folder = Files.createTempDirectory("weft-postgres-");
            unpack(archive, folder.resolve("server"));
            Files.createDirectory(folder.resolve("data"));
            Files.setPosixFilePermissions(folder.resolve("data"), PosixFilePermissions.fromString("rwx------"));
            handToUnprivileged(folder);
            var server = new PostgresServer(folder, addresses, freePort());
            server.run(
                            "initdb",
                            "-D",
                            folder.resolve("data").toString(),
                            "-U",
                            "weft",
                            "-A",
                            "trust",
                            "-E",
                            "UTF8",
                            "--no-sync")
                    .ended();
            server.letIn(moreAddresses);
            server.startAgain();
            return server;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void letIn(List<String> moreAddresses) throws IOException {
        var rules = new StringBuilder();
        moreAddresses.forEach(
                address -> rules.append("host all all ").append(address).append("/24 trust\n"));
        Files.writeString(folder.resolve("data/pg_hba.conf"), rules, StandardOpenOption.APPEND);
    }

    public String uri() {
        return uri(addresses.get(0));
    }

    /** As seen by somebody who reaches it at one of its other addresses, or through a proxy there. */
    public String uri(String address) {
        return "postgresql://weft@" + address + ":" + port + "/postgres";
    }

    public int port() {
        return port;
    }

    /** After {@link #kill}; the port stays the same. */
    public void startAgain() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        var started = launch();
        while (!isAnswering(started, deadline)) {
            LockSupport.parkNanos(ANSWER_POLL_NANOS);
            started = launch();
        }
    }

    private Started launch() {
        var started = run(
                "postgres",
                "-D",
                folder.resolve("data").toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=" + String.join(",", addresses),
                "-c",
                "unix_socket_directories=",
                "-c",
                "max_connections=50",
                // The tests kill processes, not machines: what the server has written the kernel still has.
                "-c",
                "fsync=off");
        process = started.process;
        return started;
    }

    /** As if the power had failed: the server and its children are gone at once. */
    public void kill() {
        var children = process.descendants().toList();
        // First, so that it has no more of them.
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        awaitEnd();
    }

    @Override
    public void close() {
        kill();
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException e) throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(START_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the server does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits until it answers. @return false if it has ended because something of the server before is still there */
    private boolean isAnswering(Started started, long deadline) {
        while (true) {
            try {
                DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/postgres", "weft", "")
                        .close();
                return true;
            } catch (SQLException e) {
                boolean isTooEarly = !process.isAlive() && started.output().contains(STILL_IN_USE);
                if (isTooEarly && System.nanoTime() < deadline) {
                    return false;
                }
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IllegalStateException("the server does not start: " + started.output(), e);
                }
                LockSupport.parkNanos(ANSWER_POLL_NANOS);
            }
        }
    }

    private record Started(Process process, Path log) {
        void ended() throws IOException {
            try {
                if (!process.waitFor(START_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    throw new IllegalStateException(output());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        String output() {
            try {
                return Files.readString(log, UTF_8);
            } catch (IOException e) {
                return e.toString();
            }
        }
    }

    private Started run(String program, String... arguments) {
        var command = new ArrayList<String>();
        if (isRoot()) {
            command.addAll(
                    List.of("setpriv", "--reuid=" + UNPRIVILEGED_USER, "--regid=nogroup", "--clear-groups", "--"));
        }
        command.add(folder.resolve("server/bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        try {
            var log = Files.createTempFile("weft-postgres-", ".log");
            log.toFile().deleteOnExit();
            var builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().put("LC_ALL", "C");
            return new Started(builder.start(), log);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static void handToUnprivileged(Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        if (isRoot()) {
            var user = folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(UNPRIVILEGED_USER);
            Files.setOwner(folder.resolve("data"), user);
            Files.setOwner(folder, user);
        }
    }

    private static String archiveOfPlatform() {
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        return "postgres-linux-" + (arm ? "arm_64" : "x86_64") + ".txz";
    }

    private static void unpack(String archive, Path target) throws IOException {
        try (var resource = PostgresServer.class.getResourceAsStream("/" + archive);
                var tar = new TarArchiveInputStream(new XZCompressorInputStream(resource))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                var path = target.resolve(entry.getName()).normalize();
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(path.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, path);
                    boolean executable = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(
                            path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
