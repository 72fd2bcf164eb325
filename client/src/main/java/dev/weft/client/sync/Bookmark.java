package dev.weft.client.sync;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.ResumePoint;
import java.util.Collection;

/** The last place in the server's log up to which we hold everything, so that the next session can go on from there. */
final class Bookmark {
    /*
     * What came behind the place is remembered by version, which is little: it is what happened between two words of the
     * server about where we are. The next session says it, so that nothing of it is sent again, and the server answers how
     * much of it is in the log by then. Together with what the log holds up to the place that is all we need to know of
     * the server to find out what it lacks.
     */
    private String log;
    private long after;
    private VersionVector.Builder upToPlace = VersionVector.builder();
    private VersionVector.Builder behindPlace = VersionVector.builder();

    /** Nothing is known, or what was known is not to be relied on. */
    void lose() {
        log = null;
        after = 0;
        upToPlace = VersionVector.builder();
        behindPlace = VersionVector.builder();
    }

    /** A session begins without going on from anywhere. @param named null if the server offers nothing to go on from */
    void begin(ResumePoint named, VersionVector serverVersion) {
        lose();
        if (named != null) {
            log = named.log();
            upToPlace.updateAll(serverVersion);
        }
    }

    void received(Collection<Change> changes) {
        if (log != null) {
            changes.forEach(change -> behindPlace.update(change.id()));
        }
    }

    /** All that the log holds up to this number was received. */
    void reached(long number) {
        if (log != null) {
            after = number;
            upToPlace.updateAll(behindPlace.build());
            behindPlace = VersionVector.builder();
        }
    }

    /** From where to go on; null if there is no such place. */
    ResumePoint place() {
        return log == null || after <= 0 ? null : new ResumePoint(log, after);
    }

    VersionVector receivedBehindPlace() {
        return behindPlace.build();
    }

    /** What the server holds, if it holds this of the authors it was told of. */
    VersionVector serverVersion(VersionVector ofAuthors) {
        return upToPlace.build().merged(ofAuthors);
    }
}
