package dev.weft.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is in the cluster, as far as this node can tell. {@link #nodes()} may be read from any thread and never blocks.
 *
 * <p>Hazelcast's events are used only as a bell: on each one, and once a second in case one was lost, the member list is
 * read again on a thread of ours and compared with what we had. So listeners may call Hazelcast, which its own listener
 * threads must not, and a member that changes its Hazelcast identity in a merge but keeps its node id is no news.
 */
public final class ClusterMembership {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterMembership.class);
    private static final long REREAD_MILLIS = 1_000;

    private final HazelcastInstance hazelcast;
    private final String localId;
    private final ScheduledExecutorService thread;
    private final List<MembershipListener> listeners = new CopyOnWriteArrayList<>();
    private volatile Map<String, ClusterNode> nodes = Map.of();
    private UUID membershipRegistration;
    private UUID lifecycleRegistration;

    ClusterMembership(HazelcastInstance hazelcast, String localId) {
        this.hazelcast = hazelcast;
        this.localId = localId;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread created = new Thread(task, "weft-membership-" + localId);
            created.setDaemon(true);
            return created;
        });
    }

    /** Nodes by id, this one included. A snapshot; the next call may answer another. */
    public Map<String, ClusterNode> nodes() {
        return nodes;
    }

    public boolean contains(String nodeId) {
        return nodes.containsKey(nodeId);
    }

    public String localId() {
        return localId;
    }

    /** Adds a listener; it hears of changes from now on and must read {@link #nodes()} for what is there already. */
    public void listen(MembershipListener listener) {
        listeners.add(listener);
    }

    public void ignore(MembershipListener listener) {
        listeners.remove(listener);
    }

    /**
     * Blocks until so many nodes are there, this one included, or the time is over.
     *
     * @return whether they are there
     */
    boolean await(int count, long millisMax) throws InterruptedException {
        CountDownLatch there = new CountDownLatch(1);
        MembershipListener counting = new MembershipListener() {
            @Override
            public void nodeJoined(ClusterNode node) {
                if (nodes.size() >= count) {
                    there.countDown();
                }
            }
        };
        listen(counting);
        try {
            return nodes.size() >= count || there.await(millisMax, TimeUnit.MILLISECONDS);
        } finally {
            ignore(counting);
        }
    }

    /** Reads the members once, then follows them. Blocks; called on the joining thread. */
    void start() {
        membershipRegistration = hazelcast.getCluster().addMembershipListener(new Bell());
        lifecycleRegistration = hazelcast.getLifecycleService().addLifecycleListener(event -> {
            if (event.getState() == LifecycleState.MERGED) {
                enqueue(this::afterMerge);
            }
        });
        nodes = read();
        thread.scheduleWithFixedDelay(this::reread, 0, REREAD_MILLIS, TimeUnit.MILLISECONDS);
    }

    void stop() {
        thread.shutdownNow();
        if (hazelcast.getLifecycleService().isRunning()) {
            hazelcast.getCluster().removeMembershipListener(membershipRegistration);
            hazelcast.getLifecycleService().removeLifecycleListener(lifecycleRegistration);
        }
        listeners.clear();
    }

    private void enqueue(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("A membership event came after the node left");
        }
    }

    private void afterMerge() {
        reread();
        tell(MembershipListener::merged);
    }

    private void reread() {
        try {
            compareWith(read());
        } catch (HazelcastInstanceNotActiveException e) {
            LOG.debug("This node has left the cluster; its last view stays");
        } catch (RuntimeException e) {
            LOG.warn("Reading the cluster's members failed; trying again in {} ms", REREAD_MILLIS, e);
        }
    }

    private void compareWith(Map<String, ClusterNode> now) {
        Map<String, ClusterNode> before = nodes;
        // Publish first: a listener that looks at nodes() must not still see the node it is told about.
        nodes = now;
        List<ClusterNode> left = new ArrayList<>(before.values());
        left.removeIf(node -> now.containsKey(node.id()));
        List<ClusterNode> joined = new ArrayList<>(now.values());
        joined.removeIf(node -> before.containsKey(node.id()));
        left.forEach(node -> {
            LOG.info("Node {} left the cluster", node.id());
            tell(listener -> listener.nodeLeft(node));
        });
        joined.forEach(node -> {
            LOG.info("Node {} joined the cluster", node.id());
            tell(listener -> listener.nodeJoined(node));
        });
    }

    private void tell(java.util.function.Consumer<MembershipListener> call) {
        for (MembershipListener listener : listeners) {
            try {
                call.accept(listener);
            } catch (RuntimeException e) {
                LOG.error("A membership listener failed; the others are told", e);
            }
        }
    }

    private Map<String, ClusterNode> read() {
        Map<String, ClusterNode> found = new LinkedHashMap<>();
        for (Member member : hazelcast.getCluster().getMembers()) {
            ClusterNode node = toNode(member);
            found.put(node.id(), node);
        }
        return java.util.Collections.unmodifiableMap(found);
    }

    private static ClusterNode toNode(Member member) {
        String id = member.getAttribute(HazelcastConfigFactory.NODE_ID_ATTRIBUTE);
        String name = member.getAttribute(HazelcastConfigFactory.NODE_NAME_ATTRIBUTE);
        return new ClusterNode(
                id == null ? member.getUuid().toString() : id,
                name == null ? "?" : name,
                member.getAddress().getHost(),
                member.getAddress().getPort());
    }

    private final class Bell implements com.hazelcast.cluster.MembershipListener {
        @Override
        public void memberAdded(MembershipEvent event) {
            enqueue(ClusterMembership.this::reread);
        }

        @Override
        public void memberRemoved(MembershipEvent event) {
            enqueue(ClusterMembership.this::reread);
        }
    }
}
