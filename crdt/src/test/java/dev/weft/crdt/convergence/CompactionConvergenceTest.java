package dev.weft.crdt.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Compaction;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.id.PeerId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Some replicas hold the history of a document and others the snapshot that replaced its beginning. All go on editing at
 * once, and must end equal to each other and to one that was given every change from the first on.
 *
 * <p>{@code -Dweft.seeds=N} runs N seeds, {@code -Dseed=S} runs one.
 */
class CompactionConvergenceTest {
    private static final int SEEDS = 4 * Integer.getInteger("weft.seeds", 150);

    private final List<Document> replicas = new ArrayList<>();
    private Random random;
    private long wallMillis;

    @Test
    void replicasWithAndWithoutTheHistoryEndEqual() {
        Long only = Long.getLong("seed");
        int compacted = 0;
        for (long seed = only == null ? 1 : only; seed <= (only == null ? SEEDS : only); seed++) {
            try {
                compacted += run(seed) ? 1 : 0;
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("Replay with -Dseed=" + seed, e);
            }
        }
        System.out.println("compaction: " + compacted + " of " + SEEDS + " seeds had something to compact");
        if (only == null) {
            assertThat(compacted).isGreaterThan(SEEDS / 4);
        }
    }

    private boolean run(long seed) {
        random = new Random(seed);
        random.nextLong();
        replicas.clear();
        wallMillis = 1_000_000;
        int count = 2 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            replicas.add(document());
        }
        Set<String> focus = Workload.focus(replicas.get(0), random);
        edit(focus, 5 + random.nextInt(40));
        Document everything = new Document(PeerId.of(new java.util.UUID(random.nextLong(), random.nextLong())));
        syncAll(everything);
        Compaction compaction =
                everything.planCompaction(random.nextInt(everything.history().size() + 1));
        if (compaction == null) {
            return false;
        }
        List<Change> history = everything.exportChanges();
        List<Change> behind = history.subList(compaction.changes(), history.size());
        Snapshot snapshot = Snapshot.decode(compaction.snapshot().encode());
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            Document joiner = document();
            assertThat(joiner.importState(snapshot, behind, false, random.nextBoolean()))
                    .isEqualTo(behind.size());
            replicas.add(joiner);
        }
        checkEqual();
        edit(focus, 5 + random.nextInt(60));
        syncAll(everything);
        Document late = document();
        late.importChanges(everything.exportChanges());
        replicas.add(late);
        checkEqual();
        compactAgain(everything, snapshot, compaction.changes());
        return true;
    }

    /** Whoever keeps the document goes on from its snapshot too, and replaces that by a later one. */
    private void compactAgain(Document everything, Snapshot snapshot, int covered) {
        Document keeper = document();
        List<Change> history = everything.exportChanges();
        keeper.importState(snapshot, history.subList(covered, history.size()), false, true);
        Compaction next = keeper.planCompaction(Integer.MAX_VALUE);
        if (next != null) {
            Document joiner = document();
            List<Change> stored = keeper.exportChanges();
            joiner.importState(next.snapshot(), stored.subList(next.changes(), stored.size()), false, true);
            replicas.add(joiner);
        }
        replicas.add(keeper);
        checkEqual();
    }

    private Document document() {
        PeerId peer = new PeerId(random.nextLong() & ~0xf000L | 0x4000L, random.nextLong() & ~(3L << 62) | 2L << 62);
        Document document = new Document(DocumentOptions.builder()
                .peerId(peer)
                .wallClock(() -> wallMillis)
                .build());
        Workload.createHandlers(document);
        return document;
    }

    private void edit(Set<String> focus, int edits) {
        for (int i = 0; i < edits; i++) {
            wallMillis += random.nextInt(3);
            Document replica = replicas.get(random.nextInt(replicas.size()));
            Workload.edit(replica, focus, random);
            if (random.nextInt(3) == 0) {
                Document other = replicas.get(random.nextInt(replicas.size()));
                other.importChanges(replica.exportChangesNewerThan(other.versionVector()));
            }
        }
    }

    private void syncAll(Document everything) {
        replicas.forEach(
                replica -> everything.importChanges(replica.exportChangesNewerThan(everything.versionVector())));
        replicas.forEach(replica -> replica.importChanges(everything.exportChangesNewerThan(replica.versionVector())));
    }

    private void checkEqual() {
        Map<String, Object> expected = values(replicas.get(0));
        for (Document replica : replicas) {
            assertThat(values(replica)).isEqualTo(expected);
            assertThat(replica.versionVector()).isEqualTo(replicas.get(0).versionVector());
            replica.invalidateCaches();
            assertThat(values(replica)).as("from the beginning").isEqualTo(expected);
        }
    }

    private static Map<String, Object> values(Document document) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Handler<?, ?> handler : document.handlers().values()) {
            Object shown = Workload.shown(handler);
            if (!Workload.isEmpty(shown)) {
                values.put(handler.id(), shown);
            }
        }
        return values;
    }
}
