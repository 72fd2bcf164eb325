package dev.weft.server.registry.hazelcast;

import com.hazelcast.map.EntryProcessor;
import dev.weft.server.registry.Ownership;
import java.util.Map;
import java.util.Objects;

/**
 * Applies one of {@link dev.weft.server.registry.OwnershipRules} to an entry, on its partition's thread, and the same way on
 * the copies. Hazelcast may run it again when an answer is lost; the rules allow for that.
 *
 * @param <R> the answer to the caller
 */
abstract class OwnershipProcessor<R> extends VersionedPayload implements EntryProcessor<String, OwnershipEntry, R> {
    @Override
    public final R process(Map.Entry<String, OwnershipEntry> entry) {
        Ownership before = OwnershipEntry.valueOf(entry.getValue());
        Ownership after = decide(before);
        if (!Objects.equals(before, after)) {
            entry.setValue(OwnershipEntry.of(after));
        }
        return answer(before, after);
    }

    abstract Ownership decide(Ownership present);

    abstract R answer(Ownership before, Ownership after);
}
