package dev.weft.crdt.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.ContainerHandler;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** Several replicas of one document, a network that reorders, repeats and delays, and the oracle beside them. */
final class Simulation {
    private final Document[] peers;
    private final PeerId[] ids;
    private final long[] wallMillis;
    private final Set<String> focus;
    private final NaiveReplay oracle = new NaiveReplay();
    /* Every change ever made in this epoch; the network delivers from here. */
    private final Map<OperationId, Change> made = new LinkedHashMap<>();

    Simulation(Random random) {
        int count = 2 + random.nextInt(3);
        peers = new Document[count];
        ids = new PeerId[count];
        wallMillis = new long[count];
        // Equal clocks make ties, skewed ones make changes arrive below what is known.
        boolean skewed = random.nextBoolean();
        for (int i = 0; i < count; i++) {
            ids[i] = new PeerId(random.nextLong() & ~0xf000L | 0x4000L, random.nextLong() & ~(3L << 62) | 2L << 62);
            wallMillis[i] = 1_000_000 + (skewed ? random.nextInt(50) : 0);
            peers[i] = open(i, HybridTimestamp.ZERO);
        }
        focus = Workload.focus(peers[0], random);
    }

    private Document open(int peer, HybridTimestamp clock) {
        Document document = new Document(DocumentOptions.builder()
                .peerId(ids[peer])
                .initialClock(clock)
                .wallClock(() -> wallMillis[peer])
                .build());
        Workload.createHandlers(document);
        return document;
    }

    void run(List<Step> program) {
        for (Step step : program) {
            run(step);
        }
        syncAll();
        for (Document peer : peers) {
            check(peer);
        }
        checkConverged();
    }

    private void run(Step step) {
        int index = step.peer() % peers.length;
        Document peer = peers[index];
        switch (step.kind()) {
            case EDIT -> Workload.edit(peer, focus, step.random());
            case TRANSACTION -> transaction(peer, step.random());
            case READ -> check(peer);
            case DELIVER -> deliver(peer, step.random());
            case SYNC ->
                peer.importChanges(peers[step.a() % peers.length].exportChangesNewerThan(peer.versionVector()));
            case RESTART -> restart(index, step.a());
            case STABILISE -> stabilise(index, step.a() % 2 == 0);
            case TICK -> wallMillis[index] += step.a() % 20;
            default -> throw new AssertionError(step);
        }
        peer.exportChanges().forEach(change -> made.putIfAbsent(change.id(), change));
    }

    private void transaction(Document peer, Random random) {
        peer.runInTransaction(() -> {
            for (int i = 1 + random.nextInt(5); i > 0; i--) {
                Workload.edit(peer, focus, random);
                if (random.nextInt(4) == 0) {
                    peer.handlers().values().forEach(Handler::value);
                }
            }
        });
    }

    private void deliver(Document peer, Random random) {
        List<Change> all = List.copyOf(made.values());
        if (all.isEmpty()) {
            return;
        }
        List<Change> batch = new ArrayList<>();
        for (int i = 1 + random.nextInt(12); i > 0; i--) {
            batch.add(all.get(random.nextInt(all.size())));
        }
        if (random.nextBoolean()) {
            peer.importChanges(batch);
        } else {
            batch.forEach(change -> peer.importChanges(List.of(change)));
        }
    }

    private void restart(int index, int choice) {
        Document old = peers[index];
        List<Change> history = new ArrayList<>(old.exportChanges());
        java.util.Collections.shuffle(history, new Random(choice));
        Document next = open(index, choice % 2 == 0 ? old.clock() : HybridTimestamp.ZERO);
        next.importState(old.lastSnapshot(), history, false, true);
        peers[index] = next;
    }

    private void stabilise(int index, boolean prune) {
        syncAll();
        Snapshot snapshot = peers[index].takeSnapshot(prune);
        assertThat(Snapshot.decode(snapshot.encode()).encode()).isEqualTo(snapshot.encode());
        oracle.closeEpoch(made.values().stream().map(Change::encoded).toList());
        made.clear();
        for (Document peer : peers) {
            if (peer != peers[index]) {
                assertThat(peer.importSnapshot(snapshot, prune)).isTrue();
            }
            check(peer);
        }
    }

    private void syncAll() {
        for (Document peer : peers) {
            peer.exportChanges().forEach(change -> made.putIfAbsent(change.id(), change));
        }
        for (Document peer : peers) {
            peer.importChanges(made.values());
        }
    }

    private void check(Document peer) {
        Map<String, Object> expected =
                oracle.values(peer.exportChanges().stream().map(Change::encoded).toList());
        for (Handler<?, ?> handler : List.copyOf(peer.handlers().values())) {
            Object shown = Workload.shown(handler);
            if (expected.containsKey(handler.id()) || !Workload.isEmpty(shown)) {
                assertThat(shown).as("value of " + handler.id()).isEqualTo(expected.get(handler.id()));
            }
            if (handler instanceof ContainerHandler container) {
                container.resolved();
            }
        }
    }

    private void checkConverged() {
        Document first = peers[0];
        for (Document peer : peers) {
            assertThat(peer.versionVector()).isEqualTo(first.versionVector());
            // A restarted peer does not take in again what its snapshot covers, so only the rest has to be equal.
            assertThat(uncovered(peer, peer.frontiers())).isEqualTo(uncovered(first, first.frontiers()));
            assertThat(uncovered(peer, stored(peer))).isEqualTo(uncovered(first, stored(first)));
        }
        Map<String, String> states = states(first);
        for (Document peer : peers) {
            assertThat(states(peer)).isEqualTo(states);
        }
        assertThat(states(withoutHandlers(first)))
                .as("states folded without handler objects")
                .isEqualTo(states);
    }

    /** The same changes where nobody ever created a handler, as in a server. */
    private Document withoutHandlers(Document peer) {
        Document bare = new Document(DocumentOptions.builder().peerId(ids[0]).build());
        bare.importState(peer.lastSnapshot(), peer.exportChanges(), false, true);
        return bare;
    }

    private static List<OperationId> stored(Document peer) {
        return peer.exportChanges().stream().map(Change::id).toList();
    }

    private static Set<OperationId> uncovered(Document peer, List<OperationId> ids) {
        Set<OperationId> uncovered = new HashSet<>(ids);
        if (peer.lastSnapshot() != null) {
            uncovered.removeIf(peer.lastSnapshot().versionVector()::covers);
        }
        return uncovered;
    }

    /** Types whose blobs list something in order of arrival: entries, or the peers of the element counters. */
    private static final Set<String> ORDERED =
            Set.of("text", "list", "map", "register", "root", "child0", "child1", "child2");

    /** Snapshot blobs, those without a defined order as sorted bytes. */
    private static Map<String, String> states(Document peer) {
        Map<String, String> states = new TreeMap<>();
        peer.takeSnapshot(false).data().forEach((key, blob) -> {
            byte[] bytes = blob.clone();
            Arrays.sort(bytes);
            // A handler some replicas had a reason to create and others had not is empty: nothing but zero counts.
            boolean isEmpty = bytes.length == 0 || bytes[0] == 0 && bytes[bytes.length - 1] == 0;
            if (!isEmpty && !key.equals(Snapshot.MANIFEST_KEY)) {
                states.put(key, Arrays.toString(ORDERED.contains(key) ? blob : bytes));
            }
        });
        return states;
    }
}
