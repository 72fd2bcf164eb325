package dev.weft.crdt.document;

import dev.weft.crdt.change.ChangeStore;
import dev.weft.crdt.change.HandlerName;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.version.VersionVector;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/** Finds out how much of a history may be replaced by a snapshot. One use each. */
final class CompactionPlan {
    /*
     * Some replicas will hold the snapshot, others the history it replaces, and all must show the same for ever after. A
     * snapshot is a state, and what comes later is applied on top of it (spec crdt 13.1). So two things must hold.
     *
     *   - Whatever is not covered comes behind all that is, in replay order. The beginning therefore ends where every
     *     stamp before is older than every stamp behind; and whoever keeps the document has to refuse what arrives later
     *     with a stamp from before.
     *   - What each covered handler makes of later operations depends on nothing that a snapshot forgets: see
     *     DataType.outlivesSnapshot. Where it does, the beginning ends before the first operation of that handler. The
     *     same for a handler nobody here can read: there is no snapshot of what is not understood.
     */

    private final DocumentOptions options;
    private final ChangeStore store;
    private final Snapshot previous;
    private final List<HandlerName> handlers;
    private final Map<String, String> typesBefore;
    /** The lengths a beginning may have by its stamps. */
    private final BitSet quiet;

    CompactionPlan(DocumentOptions options, ChangeStore store, Snapshot previous) {
        this.options = options;
        this.store = store;
        this.previous = previous;
        this.handlers = store.handlers();
        this.typesBefore = HandlerManifest.readOrEmpty(previous);
        this.quiet = quietLengths();
    }

    private BitSet quietLengths() {
        int size = store.size();
        long[] oldestBehind = new long[size];
        for (int i = size - 1; i >= 0; i--) {
            long clock = store.clockAt(i);
            boolean isOldest = i == size - 1 || HybridTimestamp.compare(clock, oldestBehind[i + 1]) < 0;
            oldestBehind[i] = isOldest ? clock : oldestBehind[i + 1];
        }
        BitSet lengths = new BitSet(size + 1);
        long newest = 0;
        for (int length = 1; length <= size; length++) {
            newest = HybridTimestamp.max(newest, store.clockAt(length - 1));
            lengths.set(length, length == size || HybridTimestamp.compare(newest, oldestBehind[length]) < 0);
        }
        return lengths;
    }

    /** @return the length of the longest beginning of at most so many changes; 0 if there is none */
    int longest(int changesMax) {
        int length = quietAtMost(changesMax);
        while (length > 0) {
            int kept = firstToKeep(length);
            if (kept == length) {
                return length;
            }
            length = quietAtMost(kept);
        }
        return 0;
    }

    /** All that the first changes of this number, and an earlier snapshot, contain. */
    VersionVector versionAt(int length) {
        VersionVector.Builder version = (previous == null ? VersionVector.EMPTY : previous.versionVector()).toBuilder();
        for (int ordinal = 0; ordinal < length; ordinal++) {
            version.update(store.idAt(ordinal));
        }
        return version.build();
    }

    private int quietAtMost(int length) {
        return Math.max(0, quiet.previousSetBit(Math.min(length, store.size())));
    }

    /** The first change of a handler that the first {@code length} changes make unfit for a snapshot; else that length. */
    private int firstToKeep(int length) {
        int first = length;
        for (HandlerName name : handlers) {
            int[] ordinals = store.ordinalsOf(name);
            if (ordinals.length > 0 && ordinals[0] < first && !outlivesSnapshot(name, length)) {
                first = ordinals[0];
            }
        }
        return first;
    }

    private boolean outlivesSnapshot(HandlerName name, int length) {
        DataType<?, ?> type = options.typeOf(name.type());
        boolean isAmbiguous = !typesBefore.getOrDefault(name.id(), name.type()).equals(name.type())
                || handlers.stream().anyMatch(other -> other.id().equals(name.id()) && !other.equals(name));
        return type != null
                && !isAmbiguous
                && !name.id().startsWith(Snapshot.RESERVED_PREFIX)
                && outlivesSnapshot(name, type, length);
    }

    private <S, O extends Operation> boolean outlivesSnapshot(HandlerName name, DataType<S, O> type, int length) {
        Replay<S, O> replay = new Replay<>(store, previous, ordinal -> ordinal < length, name, type);
        replay.advance(ordinal -> true);
        // What was skipped here a newer version may understand.
        return !replay.seedIsMalformed() && replay.skipped() == 0 && type.outlivesSnapshot(replay.state());
    }
}
