package dev.weft.crdt.convergence;

import dev.weft.crdt.convergence.OracleBytes.Id;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a replica must show, computed the slow way: from the bytes of all changes it holds, from the beginning, every
 * time (spec crdt 13.1). History before a snapshot everybody adopted is an epoch; between epochs each handler is
 * brought back as a snapshot would.
 */
final class NaiveReplay {
    private final List<List<OracleChange>> epochs = new ArrayList<>();
    private final Set<Id> past = new HashSet<>();

    /** Everybody adopted a snapshot that contains exactly these changes and what earlier epochs did. */
    void closeEpoch(Collection<byte[]> held) {
        List<OracleChange> epoch = current(held);
        epoch.forEach(change -> past.add(change.id()));
        epochs.add(epoch);
    }

    /** By handler id, what a replica holding these changes shows; handlers without any change are absent. */
    Map<String, Object> values(Collection<byte[]> held) {
        Map<String, OracleHandler> handlers = new LinkedHashMap<>();
        for (List<OracleChange> epoch : epochs) {
            replay(handlers, epoch);
            handlers.replaceAll((id, handler) -> handler.reseeded());
        }
        replay(handlers, current(held));
        Map<String, Object> values = new LinkedHashMap<>();
        handlers.forEach((id, handler) -> values.put(id, handler.value()));
        return values;
    }

    private List<OracleChange> current(Collection<byte[]> held) {
        return held.stream()
                .map(OracleChange::of)
                .filter(change -> !past.contains(change.id()))
                .sorted(OracleHandler.ORDER)
                .toList();
    }

    private static void replay(Map<String, OracleHandler> handlers, List<OracleChange> changes) {
        for (OracleChange change : changes) {
            handlers.computeIfAbsent(change.handler(), id -> OracleHandler.of(change.type()))
                    .apply(change);
        }
    }
}
