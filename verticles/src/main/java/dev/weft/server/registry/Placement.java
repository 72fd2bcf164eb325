package dev.weft.server.registry;

import java.util.Collection;
import java.util.Map;

/** Which node should own a document that nobody owns. Pure: the same arguments give the same node everywhere. */
@FunctionalInterface
public interface Placement {
    /** Whether {@link #place} looks at the loads, which are dear to know. */
    default boolean usesLoads() {
        return true;
    }

    /**
     * @param localNode the node where the document was first asked for
     * @param candidates nodes that accept documents: members that are not draining
     * @param loads documents owned, by node; missing means none
     * @return one of the candidates; {@code localNode} if there are none
     */
    String place(DocumentKey key, String localNode, Collection<String> candidates, Map<String, Integer> loads);
}
