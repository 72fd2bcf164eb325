package dev.weft.chaos;

import dev.weft.chaos.client.Futures;
import dev.weft.chaos.cluster.Cluster;
import dev.weft.chaos.cluster.DataDisk;
import dev.weft.chaos.cluster.DelayProxies;
import dev.weft.chaos.cluster.FakeClock;
import dev.weft.chaos.cluster.Hosts;
import dev.weft.chaos.cluster.Loopback;
import dev.weft.chaos.cluster.Namespaces;
import dev.weft.chaos.fault.Layout;
import dev.weft.chaos.fault.Scene;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.embedded.EmbeddedDocumentStore;
import dev.weft.server.storage.embedded.EmbeddedStoreOptions;
import dev.weft.server.storage.postgres.PostgresDocumentStore;
import dev.weft.server.storage.postgres.PostgresStoreOptions;
import dev.weft.testkit.PostgresServer;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** A running cluster in one layout, with all that its faults need. Used by one thread. */
final class Stage implements AutoCloseable {
    private static final int NODES = 3;
    private static final int CLOCK_NODE = 2;

    private final Layout layout;
    private final Vertx vertx;
    private final Path folder;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private PostgresServer database;
    private String uri;
    private Namespaces network;
    private DelayProxies proxies;
    private FakeClock clock;
    private DataDisk disk;
    private Cluster cluster;

    private Stage(Layout layout, Vertx vertx, Path folder) {
        this.layout = layout;
        this.vertx = vertx;
        this.folder = folder;
    }

    /** @param databaseUri a database that is there already; null for one of our own */
    static Stage build(Layout layout, Vertx vertx, Path folder, String databaseUri) throws Exception {
        Stage stage = new Stage(layout, vertx, folder);
        try {
            stage.build(databaseUri);
            return stage;
        } catch (Exception e) {
            stage.close();
            throw e;
        }
    }

    private void build(String databaseUri) throws Exception {
        if (layout == Layout.ONE_NODE) {
            disk = opened(DataDisk.create(folder.resolve("disk").toAbsolutePath()));
            cluster = opened(Cluster.single(Loopback.direct(1), disk.data(), folder));
            return;
        }
        Hosts hosts = opened(hosts());
        uri = databaseUri;
        if (uri == null) {
            database = opened(PostgresServer.start(network == null ? List.of() : List.of(hosts.storeAddress())));
            uri = database.uri(hosts.storeAddress());
        }
        cluster = opened(Cluster.start(NODES, hosts, uri, folder, clock));
    }

    private Hosts hosts() {
        if (layout == Layout.THREE_HOSTS) {
            network = Namespaces.create(NODES, new Random());
            return network;
        } else if (layout == Layout.THREE_INSTRUMENTED) {
            proxies = opened(new DelayProxies(vertx));
            clock = FakeClock.find(folder, CLOCK_NODE).orElse(null);
            return Loopback.behind(proxies, NODES);
        }
        return Loopback.direct(NODES);
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }

    Layout layout() {
        return layout;
    }

    Scene scene(int round, Scene.Times times) {
        int owner = layout == Layout.THREE_INSTRUMENTED
                ? CLOCK_NODE
                : round % cluster.nodes().size();
        return new Scene(cluster, owner, times, Scene.Documents.NONE, database, network, proxies, clock, disk);
    }

    /** Starts again what a round has left dead. */
    void restore() throws InterruptedException {
        cluster.restore();
    }

    /** A server of its own over the same store, outside the cluster; the embedded store's node is killed for it. */
    Round.Audit audit() {
        if (layout == Layout.ONE_NODE) {
            cluster.node(0).kill();
        }
        ServerOptions options = ServerOptions.DEFAULT
                .withGateways(1)
                .withGateway(
                        GatewayOptions.DEFAULT.withHost("127.0.0.1").withPort(0).withCreate(false));
        Server server = Futures.await(Server.start(options, stores()));
        return new Round.Audit() {
            @Override
            public String url() {
                return "ws://127.0.0.1:" + server.port();
            }

            @Override
            public void close() {
                Futures.await(server.stop());
            }
        };
    }

    private Function<Vertx, DocumentStore> stores() {
        return own -> layout == Layout.ONE_NODE
                ? new EmbeddedDocumentStore(EmbeddedStoreOptions.in(disk.data()))
                : new PostgresDocumentStore(own, PostgresStoreOptions.at(uri));
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                System.err.println("chaos: not cleaned up: " + e);
            }
        }
    }
}
