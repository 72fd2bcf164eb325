package dev.weft.server.simulation;

import dev.weft.crdt.history.HistoryBlock;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.PackedEntries;
import dev.weft.server.storage.StoredEntry;
import dev.weft.server.storage.StoredRun;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Packs entries of logs at moments and places of its own choice, far more often than owners do. Chance of its own: what else
 * happens in a run does not depend on it.
 */
final class RandomPacking {
    private final Simulation simulation;
    private final String node;
    private final DocumentStore store;
    private final Random random;

    RandomPacking(Simulation simulation, String node, DocumentStore store) {
        this.simulation = simulation;
        this.node = node;
        this.store = store;
        this.random = new Random(simulation.seed() * 31 + node.hashCode());
    }

    /** Perhaps now; the store has just taken something under this epoch, and answers at once. */
    void now(DocumentKey key, long epoch) {
        if (key.kind() != DocumentKind.AWARE || random.nextInt(8) > 0) {
            return;
        }
        store.readRuns(key, epoch, 0, Integer.MAX_VALUE).onSuccess(page -> {
            List<StoredEntry> entries = stretch(page.runs());
            if (entries.size() >= 2) {
                pack(key, epoch, entries);
            }
        });
    }

    /** Entries that stand together, not packed yet; of all there are, some. */
    private List<StoredEntry> stretch(List<StoredRun> runs) {
        List<StoredEntry> found = new ArrayList<>();
        int from = runs.isEmpty() ? 0 : random.nextInt(runs.size());
        int most = 2 + random.nextInt(40);
        for (StoredRun run : runs.subList(from, runs.size())) {
            if (run instanceof StoredEntry entry && found.size() < most) {
                found.add(entry);
            } else {
                break;
            }
        }
        return found;
    }

    private void pack(DocumentKey key, long epoch, List<StoredEntry> entries) {
        byte[] block =
                HistoryBlock.encode(entries.stream().map(StoredEntry::blob).toList());
        Future<Void> packed =
                store.pack(key, epoch, new PackedEntries(entries.get(0).position(), entries.size(), block));
        if (packed.failed()) {
            throw new AssertionError("Entries that are there could not be packed", packed.cause());
        }
        simulation
                .trace()
                .add(
                        node,
                        "packed",
                        entries.size(),
                        "of",
                        key,
                        "from",
                        entries.get(0).position());
    }
}
