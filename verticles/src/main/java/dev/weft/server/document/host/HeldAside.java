package dev.weft.server.document.host;

import dev.weft.crdt.id.OperationId;
import dev.weft.server.document.host.Replica.Accepted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Changes that wait for a dependency, by the first one they lack. Bounded: the oldest are forgotten first, since their
 * authors were told to send again what the document lacks. Not thread-safe.
 */
final class HeldAside {
    /** Few large changes cost as much as many small ones. */
    static final long BYTES_MAX = 32L << 20;

    private final int changesMax;
    private long bytes;
    private final LinkedHashMap<OperationId, OperationId> missingOf = new LinkedHashMap<>();
    private final Map<OperationId, Map<OperationId, Accepted>> waiting = new HashMap<>();

    HeldAside(int changesMax) {
        this.changesMax = changesMax;
    }

    /** @return whether others were forgotten for it */
    boolean add(Accepted change, OperationId missing) {
        OperationId id = change.change().id();
        remove(id);
        missingOf.put(id, missing);
        waiting.computeIfAbsent(missing, m -> new LinkedHashMap<>()).put(id, change);
        bytes += change.change().encoded().length;
        boolean isFull = false;
        while (missingOf.size() > changesMax || bytes > BYTES_MAX) {
            remove(missingOf.keySet().iterator().next());
            isFull = true;
        }
        return isFull;
    }

    long bytes() {
        return bytes;
    }

    /** Takes out what waited for this change; it may lack another dependency still. */
    List<Accepted> waitingFor(OperationId arrived) {
        Map<OperationId, Accepted> released = waiting.remove(arrived);
        if (released == null) {
            return List.of();
        }
        released.forEach((id, change) -> {
            missingOf.remove(id);
            bytes -= change.change().encoded().length;
        });
        return new ArrayList<>(released.values());
    }

    int size() {
        return missingOf.size();
    }

    private void remove(OperationId id) {
        OperationId missing = missingOf.remove(id);
        if (missing != null) {
            Map<OperationId, Accepted> together = waiting.get(missing);
            bytes -= together.remove(id).change().encoded().length;
            if (together.isEmpty()) {
                waiting.remove(missing);
            }
        }
    }
}
