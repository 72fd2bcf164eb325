package dev.weft.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Vert.x that is a member of a cluster: one call to join, one to leave. May be used from any thread.
 *
 * <p>There is no shutdown hook: a node that leaves has documents to hand off first, so whoever runs it must call
 * {@link #close()} when it is done with that.
 */
public final class ClusteredVertx {
    private static final Logger LOG = LoggerFactory.getLogger(ClusteredVertx.class);

    private final String nodeId;
    private final ClusterTiming timing;
    private final boolean isOurs;
    private final HazelcastInstance hazelcast;
    private final ClusterMembership membership;
    private final Vertx vertx;
    private final AtomicReference<Future<Void>> closing = new AtomicReference<>();

    private ClusteredVertx(
            String nodeId,
            ClusterTiming timing,
            boolean isOurs,
            HazelcastInstance hazelcast,
            ClusterMembership membership,
            Vertx vertx) {
        this.nodeId = nodeId;
        this.timing = timing;
        this.isOurs = isOurs;
        this.hazelcast = hazelcast;
        this.membership = membership;
        this.vertx = vertx;
    }

    /** Joins with default Vert.x options. */
    public static Future<ClusteredVertx> start(ClusterOptions options) {
        return start(options, new VertxOptions(), UnaryOperator.identity(), members -> {});
    }

    /**
     * Joins the cluster. Fails with {@link ClusterJoinException}; nothing is left running then.
     *
     * @param base Vert.x options to build on, which are copied; host, ports and time-outs of the event bus are overwritten
     * @param with may add a metrics or tracing factory to the builder
     * @param joined told, on a thread of no event loop, how many members there are once this is one of them: before it waits
     *     for more, and before there is a Vert.x
     */
    public static Future<ClusteredVertx> start(
            ClusterOptions options, VertxOptions base, UnaryOperator<VertxBuilder> with, IntConsumer joined) {
        Objects.requireNonNull(options, "options");
        VertxOptions vertxOptions = vertxOptions(options, base);
        Promise<ClusteredVertx> started = Promise.promise();
        // Joining blocks for a second or more, and there is no Vert.x yet whose worker could do it.
        runOnOwnThread("weft-join-" + options.nodeId(), () -> join(options, vertxOptions, with, joined, started));
        return started.future();
    }

    /**
     * Takes a Vert.x that an application has clustered itself, with Hazelcast. Closing gives back what this adds and leaves
     * Vert.x and Hazelcast to the application.
     *
     * @return fails with {@link ClusterJoinException} if it is not clustered with Hazelcast, or if {@link
     *     HazelcastConfigFactory#contributeTo} was not applied to the configuration it was started with
     */
    public static Future<ClusteredVertx> over(Vertx vertx) {
        Promise<ClusteredVertx> taken = Promise.promise();
        if (!(((VertxInternal) vertx).clusterManager() instanceof HazelcastClusterManager manager)) {
            return Future.failedFuture(new ClusterJoinException("This Vert.x is not clustered with Hazelcast", null));
        }
        HazelcastInstance hazelcast = manager.getHazelcastInstance();
        if (!HazelcastConfigFactory.isContributedTo(hazelcast.getConfig())) {
            return Future.failedFuture(new ClusterJoinException(
                    "This Hazelcast was started without what Weft needs: apply HazelcastConfigFactory.contributeTo to its"
                            + " configuration first",
                    null));
        }
        runOnOwnThread("weft-join-" + manager.getNodeId(), () -> {
            ClusterMembership membership = new ClusterMembership(hazelcast, manager.getNodeId());
            try {
                requireOneMessageFormat(hazelcast);
                membership.start();
            } catch (ClusterJoinException e) {
                taken.fail(e);
                return;
            } catch (RuntimeException e) {
                taken.fail(new ClusterJoinException("The members of the cluster cannot be read: " + e, e));
                return;
            }
            taken.complete(new ClusteredVertx(
                    manager.getNodeId(), ClusterTiming.defaults(), false, hazelcast, membership, vertx));
        });
        return taken.future();
    }

    public Vertx vertx() {
        return vertx;
    }

    public HazelcastInstance hazelcast() {
        return hazelcast;
    }

    public ClusterMembership membership() {
        return membership;
    }

    public String nodeId() {
        return nodeId;
    }

    /** For requests on the bus: without it, a request to a node that just died waits for Vert.x's 30 s. */
    public DeliveryOptions requestOptions() {
        return new DeliveryOptions().setSendTimeout(timing.requestTimeoutMillis());
    }

    /**
     * Leaves the cluster: first Vert.x with all that is deployed, then Hazelcast, which hands its share of the maps to
     * the others. Repeated calls answer the same future.
     */
    public Future<Void> close() {
        Promise<Void> done = Promise.promise();
        if (!closing.compareAndSet(null, done.future())) {
            return closing.get();
        }
        Future<Void> vertxClosed = isOurs ? vertx.close() : Future.succeededFuture();
        vertxClosed.onComplete(closed -> runOnOwnThread("weft-leave-" + nodeId(), () -> {
            try {
                membership.stop();
                if (isOurs) {
                    hazelcast.getLifecycleService().shutdown();
                }
            } catch (RuntimeException e) {
                done.fail(e);
                return;
            }
            if (closed.succeeded()) {
                done.complete();
            } else {
                done.fail(closed.cause());
            }
        }));
        return done.future();
    }

    private static void join(
            ClusterOptions options,
            VertxOptions vertxOptions,
            UnaryOperator<VertxBuilder> with,
            IntConsumer joined,
            Promise<ClusteredVertx> started) {
        HazelcastInstance hazelcast = null;
        ClusterMembership membership = null;
        try {
            // Started here and not by the cluster manager, whose leave() hides the cause of a failed join.
            hazelcast = Hazelcast.newHazelcastInstance(HazelcastConfigFactory.create(options));
            requireOneMessageFormat(hazelcast);
            membership = new ClusterMembership(hazelcast, options.nodeId());
            membership.start();
            joined.accept(membership.nodes().size());
            awaitOthers(options, membership);
        } catch (ClusterJoinException e) {
            terminate(hazelcast, membership);
            started.fail(e);
            return;
        } catch (RuntimeException | InterruptedException | LinkageError e) {
            terminate(hazelcast, membership);
            started.fail(new ClusterJoinException(describe("Hazelcast", options, e), e));
            return;
        }
        HazelcastInstance member = hazelcast;
        ClusterMembership view = membership;
        with.apply(Vertx.builder().with(vertxOptions))
                .withClusterManager(new HazelcastClusterManager(member))
                .buildClustered()
                .onSuccess(vertx -> {
                    warnWithoutNativeTransport(vertx);
                    started.complete(new ClusteredVertx(options.nodeId(), options.timing(), true, member, view, vertx));
                })
                .onFailure(cause -> runOnOwnThread("weft-leave-" + options.nodeId(), () -> {
                    leave(member, view);
                    started.fail(new ClusterJoinException(describe("The event bus", options, cause), cause));
                }));
    }

    /** Before anything is kept in the maps: nodes that are there when that begins need not be given copies of it. */
    private static void awaitOthers(ClusterOptions options, ClusterMembership membership) throws InterruptedException {
        if (!membership.await(options.awaitedNodes(), ClusterOptions.AWAIT_MILLIS_MAX)) {
            LOG.warn(
                    "Only {} of {} nodes have joined within {} s; this one serves without the others",
                    membership.nodes().size(),
                    options.awaitedNodes(),
                    TimeUnit.MILLISECONDS.toSeconds(ClusterOptions.AWAIT_MILLIS_MAX));
        }
    }

    /** Otherwise each would drop what the other sends, and clients would wait for answers that never come. */
    private static void requireOneMessageFormat(HazelcastInstance hazelcast) {
        Member local = hazelcast.getCluster().getLocalMember();
        String ours = local.getAttribute(HazelcastConfigFactory.MESSAGE_FORMAT_ATTRIBUTE);
        for (Member member : hazelcast.getCluster().getMembers()) {
            String theirs = member.getAttribute(HazelcastConfigFactory.MESSAGE_FORMAT_ATTRIBUTE);
            if (ours != null && theirs != null && !theirs.equals(ours)) {
                throw new ClusterJoinException(
                        "Node " + member.getAttribute(HazelcastConfigFactory.NODE_NAME_ATTRIBUTE) + " at "
                                + member.getAddress().getHost()
                                + " is of another version, which sends messages of format "
                                + theirs + "; this node understands " + ours
                                + ". Such versions cannot serve one cluster: stop all nodes before the first of the other"
                                + " version starts",
                        null);
            }
        }
    }

    private static String describe(String what, ClusterOptions options, Throwable cause) {
        Network network = options.network();
        return what + " of node " + options.nodeId() + " could not start on " + network.bindHost() + " (Hazelcast port "
                + network.hazelcastPort() + ", bus port " + network.busPort() + "): " + cause;
    }

    /** What there is of a start that failed; each may be null. */
    private static void terminate(HazelcastInstance hazelcast, ClusterMembership membership) {
        if (membership != null) {
            membership.stop();
        }
        if (hazelcast != null) {
            hazelcast.getLifecycleService().terminate();
        }
    }

    private static void leave(HazelcastInstance hazelcast, ClusterMembership membership) {
        membership.stop();
        hazelcast.getLifecycleService().shutdown();
    }

    private static VertxOptions vertxOptions(ClusterOptions options, VertxOptions base) {
        Network network = options.network();
        ClusterTiming timing = options.timing();
        VertxOptions vertxOptions = new VertxOptions(base).setPreferNativeTransport(true);
        EventBusOptions bus = vertxOptions.getEventBusOptions();
        bus.setHost(network.bindHost());
        bus.setPort(network.busPort());
        bus.setClusterPublicHost(network.publicHost());
        bus.setClusterPingInterval(timing.busPingMillis());
        bus.setClusterPingReplyInterval(timing.busPingMillis());
        bus.setConnectTimeout(timing.connectTimeoutMillis());
        bus.setTcpUserTimeout(timing.tcpUserTimeoutMillis());
        bus.setTcpNoDelay(true);
        options.busTls().ifPresent(tls -> encrypt(bus, tls));
        return vertxOptions;
    }

    private static void encrypt(EventBusOptions bus, BusTls tls) {
        bus.setSsl(true);
        bus.setKeyCertOptions(new PemKeyCertOptions()
                .setCertPath(tls.certificate().toString())
                .setKeyPath(tls.key().toString()));
        bus.setTrustOptions(new PemTrustOptions().addCertPath(tls.authority().toString()));
        bus.setClientAuth(ClientAuth.REQUIRED);
        bus.setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"));
    }

    private static void warnWithoutNativeTransport(Vertx vertx) {
        if (!vertx.isNativeTransportEnabled()) {
            LOG.warn("No native transport here: the TCP user timeout of the event bus has no effect, and what is queued"
                    + " for a frozen node is bounded by its removal from the cluster only");
        }
    }

    private static void runOnOwnThread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
