package dev.weft.server.simulation;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.RegistryListener.Doubt;
import dev.weft.server.registry.memory.InMemoryDirectory;
import dev.weft.server.registry.memory.InMemoryOwnershipRegistry;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The cluster's directory of owners; during a partition there are two, and each half takes the other for dead. */
final class Directories {
    private InMemoryDirectory main = new InMemoryDirectory();
    private InMemoryDirectory minority;
    private final Map<String, InMemoryOwnershipRegistry> views = new LinkedHashMap<>();
    private final Set<String> everJoined = new LinkedHashSet<>();
    private final Set<String> inMinority = new LinkedHashSet<>();

    void join(String nodeId) {
        views.put(nodeId, main.join(nodeId));
        everJoined.add(nodeId);
    }

    Set<String> everJoined() {
        return everJoined;
    }

    void leave(String nodeId) {
        views.remove(nodeId);
        if (inMinority.remove(nodeId)) {
            minority.leave(nodeId);
        } else {
            main.leave(nodeId);
        }
    }

    /** The node's own view of the directory. */
    InMemoryOwnershipRegistry view(String nodeId) {
        return views.get(nodeId);
    }

    boolean isPartitioned() {
        return minority != null;
    }

    boolean separated(String one, String other) {
        return inMinority.contains(one) != inMinority.contains(other);
    }

    void partition(Set<String> nodes) {
        Map<DocumentKey, Ownership> copy = entries(main);
        minority = new InMemoryDirectory();
        minority.replaceEntries(none -> new LinkedHashMap<>(copy), Doubt.COPIES_LOST);
        for (String nodeId : nodes) {
            main.leave(nodeId);
            views.put(nodeId, minority.join(nodeId));
            inMinority.add(nodeId);
        }
    }

    /** Both halves become one; of two entries the one that outranks the other stays. */
    void heal() {
        if (minority == null) {
            return;
        }
        Map<DocumentKey, Ownership> others = entries(minority);
        for (String nodeId : inMinority) {
            views.put(nodeId, main.join(nodeId));
        }
        main.replaceEntries(
                entries -> {
                    others.forEach((key, theirs) ->
                            entries.merge(key, theirs, (ours, other) -> other.outranks(ours) ? other : ours));
                    return entries;
                },
                Doubt.MERGED);
        minority = null;
        inMinority.clear();
    }

    /** As when all copies of some entries are lost with the nodes that held them. */
    void loseEntries(Predicate<DocumentKey> lost) {
        main.replaceEntries(
                entries -> {
                    entries.keySet().removeIf(lost);
                    return entries;
                },
                Doubt.COPIES_LOST);
    }

    private static Map<DocumentKey, Ownership> entries(InMemoryDirectory directory) {
        Map<DocumentKey, Ownership> copy = new LinkedHashMap<>();
        directory.replaceEntries(
                entries -> {
                    entries.keySet().stream().sorted().forEach(key -> copy.put(key, entries.get(key)));
                    return entries;
                },
                Doubt.COPIES_LOST);
        return copy;
    }
}
