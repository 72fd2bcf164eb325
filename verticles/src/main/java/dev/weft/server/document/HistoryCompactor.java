package dev.weft.server.document;

import dev.weft.crdt.document.Compaction;
import dev.weft.crdt.document.Document;
import dev.weft.server.document.StoredHistory.Mark;
import dev.weft.server.document.host.HistoryHorizon;
import dev.weft.server.storage.DocumentInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Decides, when an aware document is loaded, how much of its log a snapshot is to stand for. Stateless.
 */
final class HistoryCompactor {
    /*
     * A replica is told everything when it is in sync, and what it writes afterwards is stamped later than all that. So
     * what arrived before the horizon, every replica that was in sync since has seen, and nothing that it writes is older.
     * Stamps do not tell when a change arrived, because they come from the clocks of its authors and may have waited
     * there for months. Marks do: each says how long the log was at a time of this cluster's clocks. Everything up to a
     * mark that lies behind the horizon may go, if the document can do without it: Document.planCompaction decides that.
     *
     * A change that arrives later and is stamped as old as what the snapshot covers can only come from a replica that was
     * away for longer. It is refused by DocumentReplica.
     */

    /** How many marks there are within the horizon: so much later than possible is history replaced. */
    private static final int MARKS_WITHIN = 8;

    private final HistoryHorizon horizon;

    HistoryCompactor(HistoryHorizon horizon) {
        this.horizon = horizon;
    }

    /**
     * @param info of the document as it is stored
     * @param first the first change of the log, if there is no snapshot; else null
     * @param document the document as it would be loaded; asked for only when it is looked into, which takes as long as
     *     reading everything in it
     */
    Optional<StoredCompaction> compaction(
            DocumentInfo info, StoredHistory stored, byte[] first, Supplier<Document> document, long nowMillis) {
        if (horizon.isForever() || info.lastPosition() == 0) {
            return Optional.empty();
        }
        List<Mark> marks = marks(stored.marks(), info.lastPosition(), nowMillis);
        long behind = newestBehindHorizon(marks, nowMillis);
        StoredHistory kept = new StoredHistory(
                marks,
                stored.triedUpTo(),
                stored.coveredUpTo(),
                stored.snapshot(),
                stored.snapshot() == null ? first : null);
        if (behind - Math.max(stored.triedUpTo(), stored.coveredUpTo()) >= horizon.changesMin()) {
            return Optional.of(compacted(info, kept, document.get(), behind));
        }
        return marks.equals(stored.marks())
                ? Optional.empty()
                : Optional.of(new StoredCompaction(kept.encode(), Math.max(1, info.snapshotPosition())));
    }

    private StoredCompaction compacted(DocumentInfo info, StoredHistory kept, Document document, long behind) {
        // Positions are places in the history only if each entry is a change that nothing else contains.
        boolean isWhole = document.history().size() == info.lastPosition() - kept.coveredUpTo();
        Compaction found = isWhole ? document.planCompaction((int) (behind - kept.coveredUpTo())) : null;
        if (found == null || found.changes() < horizon.changesMin()) {
            StoredHistory tried =
                    new StoredHistory(kept.marks(), behind, kept.coveredUpTo(), kept.snapshot(), kept.firstChange());
            return new StoredCompaction(tried.encode(), Math.max(1, info.snapshotPosition()));
        }
        long upTo = kept.coveredUpTo() + found.changes();
        StoredHistory replaced = new StoredHistory(kept.marks(), behind, upTo, found.snapshot(), null);
        return new StoredCompaction(replaced.encode(), upTo);
    }

    private List<Mark> marks(List<Mark> stored, long lastPosition, long nowMillis) {
        Mark last = stored.isEmpty() ? new Mark(0, 0) : stored.get(stored.size() - 1);
        List<Mark> marks = new ArrayList<>(stored);
        boolean isDue = nowMillis - last.millis() >= horizon.millis() / MARKS_WITHIN;
        if (isDue && lastPosition > last.position()) {
            marks.add(new Mark(lastPosition, nowMillis));
        }
        // Of those behind the horizon only the newest says anything; the oldest goes if clocks have left too many.
        while (marks.size() > 1 && (isBehind(marks.get(1), nowMillis) || marks.size() > StoredHistory.MARKS_MAX)) {
            marks.remove(0);
        }
        return marks;
    }

    private boolean isBehind(Mark mark, long nowMillis) {
        return nowMillis - mark.millis() >= horizon.millis();
    }

    private long newestBehindHorizon(List<Mark> marks, long nowMillis) {
        long position = 0;
        for (Mark mark : marks) {
            if (isBehind(mark, nowMillis)) {
                position = Math.max(position, mark.position());
            }
        }
        return position;
    }
}
