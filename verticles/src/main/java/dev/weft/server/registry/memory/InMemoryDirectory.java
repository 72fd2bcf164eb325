package dev.weft.server.registry.memory;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.RegistryListener;
import dev.weft.server.registry.RegistryListener.Doubt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What the nodes of one JVM share: entries and members. Thread-safe; its monitor guards both, listeners run outside. */
public final class InMemoryDirectory {
    /** In the order in which they came: the hash of a key differs from run to run, and a seed must repeat its run. */
    private final Map<DocumentKey, Ownership> entries = new LinkedHashMap<>();

    private final Map<String, InMemoryOwnershipRegistry> members = new LinkedHashMap<>();

    /** Adds a node to the cluster and tells the others. */
    public InMemoryOwnershipRegistry join(String nodeId) {
        InMemoryOwnershipRegistry registry = new InMemoryOwnershipRegistry(nodeId, this);
        List<InMemoryOwnershipRegistry> others;
        synchronized (this) {
            others = List.copyOf(members.values());
            if (members.putIfAbsent(nodeId, registry) != null) {
                throw new IllegalArgumentException("node " + nodeId + " is a member already");
            }
        }
        others.forEach(other -> other.tell(listener -> listener.nodeJoined(nodeId)));
        return registry;
    }

    /** Takes a node out, as a crash or an orderly leave does; what it owned stays written. */
    public void leave(String nodeId) {
        synchronized (this) {
            if (members.remove(nodeId) == null) {
                return;
            }
        }
        tellAll(listener -> listener.nodeLeft(nodeId));
    }

    /** For tests: entries as after a loss of copies or a merge, and the listeners told so. */
    public void replaceEntries(UnaryOperator<Map<DocumentKey, Ownership>> change, Doubt doubt) {
        synchronized (this) {
            Map<DocumentKey, Ownership> changed = change.apply(new LinkedHashMap<>(entries));
            entries.clear();
            entries.putAll(changed);
        }
        tellAll(listener -> listener.entriesDoubtful(doubt));
    }

    /** Applies a rule to one entry. Returns the entry before and after; null means none. */
    synchronized Ownership[] apply(DocumentKey key, UnaryOperator<Ownership> rule) {
        Ownership before = entries.get(key);
        Ownership after = rule.apply(before);
        if (after == null) {
            entries.remove(key);
        } else {
            entries.put(key, after);
        }
        return new Ownership[] {before, after};
    }

    synchronized Ownership get(DocumentKey key) {
        return entries.get(key);
    }

    synchronized Map<DocumentKey, Ownership> entries() {
        return new LinkedHashMap<>(entries);
    }

    synchronized Set<String> members() {
        return new LinkedHashSet<>(members.keySet());
    }

    private void tellAll(Consumer<RegistryListener> call) {
        List<InMemoryOwnershipRegistry> present;
        synchronized (this) {
            present = new ArrayList<>(members.values());
        }
        present.forEach(registry -> registry.tell(call));
    }
}
