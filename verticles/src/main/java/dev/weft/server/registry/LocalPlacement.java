package dev.weft.server.registry;

import java.util.Collection;
import java.util.Map;

/**
 * The node where the first client arrived: its edits then need no hop between nodes. A node that takes no documents
 * any more passes them to another, spread by hash.
 */
public final class LocalPlacement implements Placement {
    @Override
    public String place(DocumentKey key, String localNode, Collection<String> candidates, Map<String, Integer> loads) {
        return candidates.isEmpty() || candidates.contains(localNode)
                ? localNode
                : BalancedPlacement.ranked(key, candidates).get(0);
    }

    @Override
    public boolean usesLoads() {
        return false;
    }
}
