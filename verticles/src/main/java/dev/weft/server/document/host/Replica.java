package dev.weft.server.document.host;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.history.HistoryBlock;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.limits.Limit;
import java.util.List;

/** The owner's copy of an aware document: takes changes in whatever order they come, and gives out what others lack. */
public interface Replica {
    VersionVector version();

    /** What it occupies in memory, roughly. */
    long residentBytes();

    /**
     * Takes the changes of one frame, sorted so that dependencies come first. Known ones are skipped, ones that are not
     * causally ready are held aside and may come out of a later call, ones that can never be applied are refused.
     *
     * @param origin session id of the author, handed back with each change
     */
    Verdict accept(List<Change> changes, String origin, long nowMillis);

    /** What somebody with this vector lacks, in causal order, up to about so many bytes but at least one change. */
    Export newerThan(VersionVector since, int bytesMax);

    /** What somebody with this vector must have before changes make sense; null if changes are enough. */
    Base snapshotFor(VersionVector since);

    /** How many changes it has. */
    int size();

    /** The changes from one index to another, in the order in which they were applied, up to about so many bytes. */
    Export between(int from, int to, int bytesMax);

    /** Lets a block stand for the changes from this index on, if they are the oldest that no block stands for yet. */
    void seal(int from, HistoryBlock block);

    /** How many changes wait for a dependency. */
    int waiting();

    /** A snapshot in bytes, and the version it is of. */
    record Base(byte[] snapshot, VersionVector version) {}

    record Accepted(Change change, String origin) {}

    /**
     * @param accepted newly applied, in the order in which they were
     * @param notReady whether a change of this call waits for a dependency
     * @param refusal why a change of this call can never be applied; null if none is
     * @param reached the limits because of which changes of this call were refused
     */
    record Verdict(List<Accepted> accepted, boolean notReady, String refusal, List<Limit> reached) {}

    /** @param complete whether nothing is left behind {@code changes} */
    record Export(List<Change> changes, boolean complete) {}
}
