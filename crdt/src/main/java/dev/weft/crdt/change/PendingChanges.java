package dev.weft.crdt.change;

import dev.weft.crdt.id.OperationId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Changes that were received but are not causally ready, each under one dependency it lacks. A document does not keep
 * such changes; whoever talks to a network holds them here and hands them in again once the dependency was applied.
 * Bounded in number and bytes. Not thread-safe.
 */
public final class PendingChanges {
    private final int changesMax;
    private final long bytesMax;
    private final Map<OperationId, List<Change>> waiting = new LinkedHashMap<>();
    private final Set<OperationId> held = new HashSet<>();
    private long bytes;

    /** @param bytesMax bound on the sum of the encoded changes */
    public PendingChanges(int changesMax, long bytesMax) {
        this.changesMax = changesMax;
        this.bytesMax = bytesMax;
    }

    /**
     * Keeps a change until its dependency is {@link #release released}.
     *
     * @return false if there is no room; the change is not kept, and its author must be asked for it again
     */
    public boolean hold(Change change, OperationId missing) {
        if (held.contains(change.id())) {
            return true;
        }
        int length = change.encoded().length;
        if (held.size() >= changesMax || bytes + length > bytesMax) {
            return false;
        }
        held.add(change.id());
        bytes += length;
        waiting.computeIfAbsent(missing, id -> new ArrayList<>(1)).add(change);
        return true;
    }

    public boolean holds(OperationId id) {
        return held.contains(id);
    }

    /** Takes out the changes that waited for one of these. They may lack other dependencies still. */
    public List<Change> release(Collection<Change> applied) {
        List<Change> released = new ArrayList<>();
        if (!waiting.isEmpty()) {
            for (Change change : applied) {
                takeOut(waiting.remove(change.id()), released);
            }
        }
        return released;
    }

    /** Takes out the changes whose missing dependency the predicate knows, after a snapshot for instance. */
    public List<Change> release(Predicate<OperationId> known) {
        List<Change> released = new ArrayList<>();
        for (OperationId missing : List.copyOf(waiting.keySet())) {
            if (known.test(missing)) {
                takeOut(waiting.remove(missing), released);
            }
        }
        return released;
    }

    private void takeOut(List<Change> changes, List<Change> released) {
        if (changes == null) {
            return;
        }
        for (Change change : changes) {
            held.remove(change.id());
            bytes -= change.encoded().length;
            released.add(change);
        }
    }

    /** The dependencies waited for, in order of first mention. */
    public List<OperationId> missing() {
        return List.copyOf(waiting.keySet());
    }

    public int size() {
        return held.size();
    }

    public boolean isEmpty() {
        return held.isEmpty();
    }

    /** The sum of the encoded changes held. */
    public long bytes() {
        return bytes;
    }

    public void clear() {
        waiting.clear();
        held.clear();
        bytes = 0;
    }
}
