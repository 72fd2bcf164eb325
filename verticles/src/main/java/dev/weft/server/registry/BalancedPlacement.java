package dev.weft.server.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/*
 * Rendezvous hashing: every node gets a score for the document, and the highest wins, so that a node that comes or goes
 * moves only the documents it wins or had won. Left alone it spreads unevenly and knows nothing of what nodes carry
 * already. So a node that has more than its fair share times a factor is passed over for the next in rank, the bound of
 * consistent hashing with bounded loads [1].
 *
 * [1] Mirrokni, Thorup, Zadimoghaddam: Consistent Hashing with Bounded Loads, arXiv:1608.01350
 */
/** Spreads documents evenly over the candidates, with little movement when nodes come and go. */
public final class BalancedPlacement implements Placement {
    public static final double DEFAULT_LOAD_FACTOR = 1.25;

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final double loadFactor;

    public BalancedPlacement() {
        this(DEFAULT_LOAD_FACTOR);
    }

    /** @param loadFactor how far above the mean a node may go, 1.05 to 10; lower is more even and moves more */
    public BalancedPlacement(double loadFactor) {
        if (!(loadFactor >= 1.05 && loadFactor <= 10)) {
            throw new IllegalArgumentException("loadFactor is " + loadFactor + ", must be 1.05 to 10");
        }
        this.loadFactor = loadFactor;
    }

    @Override
    public String place(DocumentKey key, String localNode, Collection<String> candidates, Map<String, Integer> loads) {
        if (candidates.isEmpty()) {
            return localNode;
        }
        long total = 1;
        for (String node : candidates) {
            total += loads.getOrDefault(node, 0);
        }
        long bound = (long) Math.ceil(loadFactor * total / candidates.size());
        // Somebody is below the bound: it is above the mean, and not all can be above their mean.
        return ranked(key, candidates).stream()
                .filter(node -> loads.getOrDefault(node, 0) < bound)
                .findFirst()
                .orElseThrow(AssertionError::new);
    }

    /** The candidates, best first for this document. */
    static List<String> ranked(DocumentKey key, Collection<String> candidates) {
        List<String> nodes = new ArrayList<>(candidates);
        nodes.sort(Comparator.comparingLong((String node) -> score(key, node))
                .reversed()
                .thenComparing(Comparator.naturalOrder()));
        return nodes;
    }

    private static long score(DocumentKey key, String node) {
        long hash = fold(FNV_OFFSET, node);
        hash = fold((hash ^ key.kind().ordinal()) * FNV_PRIME, key.id());
        // FNV alone leaves the high bits, which decide a comparison, poorly mixed.
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }

    private static long fold(long hash, String text) {
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        return hash;
    }
}
