package dev.weft.bench.soak;

import dev.weft.cluster.ClusterOptions;
import dev.weft.cluster.Network;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.gateway.GatewayOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * Three nodes, clients that join and leave, documents that are opened and passivated; then everybody leaves, and what is
 * left is compared with what was there after a first round. Used from one thread.
 *
 * <p>The first round opens every document once: pools, caches and compiled code reach their size in it, so that only
 * growth is seen afterwards.
 */
public final class Soak implements AutoCloseable {
    private static final int NODES = 3;
    private static final int PASSIVATE_MILLIS = 300;
    private static final long PATIENCE_SECONDS = Long.getLong("patience", 180);
    private static final int VISITS_AT_ONCE = 50;
    private static final long OWN_GROWTH_BYTES_MAX = 64 << 10;
    private static final long LIBRARY_GROWTH_BYTES_MAX = 256 << 10;
    private static final Pattern POOLS = Pattern.compile("cached|worker|internal-blocking|ForkJoin|RMI");

    private final int clients;
    private final int documents;
    private final SplittableRandom random;
    private final SharedStore store;
    private final Vertx clientVertx;
    private final List<Server> nodes = new ArrayList<>();
    private final AtomicLong visits = new AtomicLong();
    private final AtomicLong late = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicIntegerArray submitted;
    private final AtomicIntegerArray confirmed;
    private volatile boolean stopping;

    private Soak(int clients, int documents, long seed, SharedStore store, Vertx clientVertx) {
        this.clients = clients;
        this.documents = documents;
        this.random = new SplittableRandom(seed);
        this.store = store;
        this.clientVertx = clientVertx;
        this.submitted = new AtomicIntegerArray(documents);
        this.confirmed = new AtomicIntegerArray(documents);
    }

    /**
     * @param visits how many clients have joined and left
     * @param late of them, those whose first attempt to connect failed, as happens on a machine that is too small
     * @param failures visits that ended with an error
     * @param claims how often a node took a document, which is how often one was opened
     * @param wrong documents that show fewer characters than were confirmed or more than were typed
     * @param before what was there after the first round
     * @param after what was there at the end
     */
    public record Result(
            long visits, long late, long failures, long claims, List<String> wrong, Footprint before, Footprint after) {
        public double heapGrowth() {
            return (double) after.heapBytes() / before.heapBytes() - 1;
        }

        /**
         * In words, each thing of which there is more than before. Threads of pools that fill on demand do not count, nor
         * does what caches and pools of the libraries take within {@link #LIBRARY_GROWTH_BYTES_MAX}.
         */
        public List<String> leaks() {
            List<String> leaks = new ArrayList<>();
            moreThanBefore(leaks, "sockets", before.sockets(), after.sockets());
            moreThanBefore(leaks, "consumers", before.consumers(), after.consumers());
            moreThanBefore(leaks, "timers", before.timers(), after.timers());
            after.threads().forEach((name, count) -> {
                if (!POOLS.matcher(name).find()) {
                    moreThanBefore(leaks, "threads " + name, before.threads().getOrDefault(name, 0L), count);
                }
            });
            bytesAbove(leaks, "dev.weft.", OWN_GROWTH_BYTES_MAX);
            bytesAbove(leaks, "io.vertx.", LIBRARY_GROWTH_BYTES_MAX);
            bytesAbove(leaks, "io.netty.", LIBRARY_GROWTH_BYTES_MAX);
            return leaks;
        }

        private void bytesAbove(List<String> leaks, String prefix, long most) {
            long grown = after.classes().bytesOf(prefix) - before.classes().bytesOf(prefix);
            if (grown > most) {
                leaks.add(String.format("%,d bytes in objects of %s*, at most %,d are normal", grown, prefix, most));
            }
        }

        private static void moreThanBefore(List<String> leaks, String what, long before, long after) {
            if (after > before) {
                leaks.add(what + ": " + before + " before, " + after + " after");
            }
        }

        public void print(PrintStream out) {
            out.printf(
                    "visits %d, connected at a later attempt %d, failed %d; documents opened %d times%n",
                    visits, late, failures, claims);
            out.printf("%-12s %12s %12s%n", "", "before", "after");
            out.printf(
                    "%-12s %12d %12d  (%+.1f %%)%n",
                    "heap, KiB", before.heapBytes() >> 10, after.heapBytes() >> 10, 100 * heapGrowth());
            out.printf("%-12s %12d %12d%n", "threads", before.threadCount(), after.threadCount());
            out.printf("%-12s %12d %12d%n", "sockets", before.sockets(), after.sockets());
            out.printf("%-12s %12d %12d%n", "consumers", before.consumers(), after.consumers());
            out.printf("%-12s %12d %12d%n", "timers", before.timers(), after.timers());
            out.println("the classes that grew most:");
            after.classes().growthSince(before.classes(), 12).forEach(line -> out.println("  " + line));
            leaks().forEach(leak -> out.println("more than before: " + leak));
            wrong.forEach(out::println);
        }
    }

    /** Starts the nodes. */
    public static Soak start(Path folder, int clients, int documents, long seed) throws IOException {
        SharedStore store = await(SharedStore.open(folder));
        Vertx clientVertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        Soak soak = new Soak(clients, documents, seed, store, clientVertx);
        soak.startNodes();
        return soak;
    }

    private void startNodes() throws IOException {
        String cluster = "soak-" + UUID.randomUUID();
        int[] ports = freePorts(2 * NODES);
        String[] members = new String[NODES];
        for (int i = 0; i < NODES; i++) {
            members[i] = "127.0.0.1:" + ports[i];
        }
        for (int i = 0; i < NODES; i++) {
            ClusterOptions options = ClusterOptions.builder()
                    .clusterName(cluster)
                    .nodeName("node-" + (i + 1))
                    .members(members)
                    .network(Network.loopback().withPorts(ports[i], ports[NODES + i]))
                    .build();
            nodes.add(await(Server.start(
                    ServerOptions.DEFAULT
                            .withGateways(1)
                            .withGateway(
                                    GatewayOptions.DEFAULT.withHost("127.0.0.1").withPort(0))
                            .withPassivateMillis(PASSIVATE_MILLIS)
                            .withCluster(options),
                    store.forNode())));
        }
    }

    /** Runs for so long, after a first round of unmeasured length. */
    public Result run(int seconds) {
        visitEveryDocument();
        Footprint before = whenQuiet();
        long opened = store.claims();
        long visited = visits.get();
        visitFor(seconds);
        Footprint after = whenQuiet();
        long claims = store.claims() - opened;
        return new Result(visits.get() - visited, late.get(), failures.get(), claims, compare(), before, after);
    }

    private void visitEveryDocument() {
        Visitor visitor = new Visitor(clientVertx, this, random.split());
        for (int first = 0; first < documents; first += VISITS_AT_ONCE) {
            List<Future<?>> visiting = new ArrayList<>();
            for (int i = first; i < Math.min(documents, first + VISITS_AT_ONCE); i++) {
                visiting.add(visitor.visit(i, 1));
            }
            await(Future.all(visiting));
        }
        // All clients at once too, so that buffers and pools have seen the crowd.
        visitFor(Math.max(2, clients / 100));
    }

    private void visitFor(int seconds) {
        stopping = false;
        List<Future<?>> visiting = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            visiting.add(new Visitor(clientVertx, this, random.split()).visitUntilStopped());
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        waitUntil(() -> System.nanoTime() > end, seconds + PATIENCE_SECONDS, "the time is over");
        stopping = true;
        await(Future.all(visiting));
    }

    private Footprint whenQuiet() {
        waitUntil(
                () -> nodes.stream().allMatch(node -> node.documents().hostedCount() == 0),
                PATIENCE_SECONDS,
                "all documents have left memory");
        List<Vertx> instances = new ArrayList<>(List.of(clientVertx));
        nodes.forEach(node -> instances.add(node.vertx()));
        return Footprint.of(instances);
    }

    private List<String> compare() {
        Visitor reader = new Visitor(clientVertx, this, random.split());
        List<String> wrong = new ArrayList<>();
        for (int first = 0; first < documents; first += VISITS_AT_ONCE) {
            List<Future<Integer>> lengths = new ArrayList<>();
            for (int i = first; i < Math.min(documents, first + VISITS_AT_ONCE); i++) {
                lengths.add(reader.read(i));
            }
            await(Future.all(lengths));
            for (int i = 0; i < lengths.size(); i++) {
                int document = first + i;
                int length = lengths.get(i).result();
                if (length < confirmed.get(document) || length > submitted.get(document)) {
                    wrong.add(name(document) + " has " + length + " characters, confirmed " + confirmed.get(document)
                            + ", typed " + submitted.get(document));
                }
            }
        }
        return wrong;
    }

    static String name(int document) {
        return "soak-" + document;
    }

    int documents() {
        return documents;
    }

    boolean isStopping() {
        return stopping;
    }

    String anyNode(int chance) {
        return "ws://127.0.0.1:" + nodes.get(chance % nodes.size()).port();
    }

    void visited(boolean connected) {
        visits.incrementAndGet();
        if (!connected) {
            late.incrementAndGet();
        }
    }

    void submitted(int document) {
        submitted.incrementAndGet(document);
    }

    void confirmed(int document) {
        confirmed.incrementAndGet(document);
    }

    Future<Void> failed(Throwable cause) {
        if (failures.incrementAndGet() == 1) {
            System.err.println("The first visit that failed: " + cause);
        }
        return Future.succeededFuture();
    }

    @Override
    public void close() {
        nodes.forEach(node -> await(node.stop()));
        await(clientVertx.close());
        await(store.close());
    }

    private static void waitUntil(BooleanSupplier condition, long secondsMax, String what) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(secondsMax);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("not so within " + secondsMax + " s: " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static int[] freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        int[] ports = new int[count];
        for (int i = 0; i < count; i++) {
            held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            ports[i] = held.get(i).getLocalPort();
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        return ports;
    }
}
