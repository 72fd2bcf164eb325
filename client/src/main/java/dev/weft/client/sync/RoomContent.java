package dev.weft.client.sync;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Blobs of a relay room, read. The relay reads none of them, so any member can have put anything there (spec protocol
 * P24): what is not a change is counted and left out.
 *
 * @param snapshot null if there is none, or none that can be read
 * @param malformed blobs that could not be read
 */
record RoomContent(Snapshot snapshot, List<Change> changes, int malformed) {
    static RoomContent read(String snapshotBlob, Collection<String> blobs) {
        int malformed = 0;
        Snapshot snapshot = null;
        if (snapshotBlob != null) {
            try {
                snapshot = Snapshot.decode(decode(snapshotBlob));
            } catch (CrdtFormatException | IllegalArgumentException e) {
                malformed++;
            }
        }
        List<Change> changes = new ArrayList<>(blobs.size());
        for (String blob : blobs) {
            try {
                changes.add(Change.decode(decode(blob)));
            } catch (CrdtFormatException | IllegalArgumentException e) {
                malformed++;
            }
        }
        return new RoomContent(snapshot, changes, malformed);
    }

    /** The reference reads both alphabets, so blobs in either may lie in a room. */
    private static byte[] decode(String blob) {
        boolean urlSafe = blob.indexOf('-') >= 0 || blob.indexOf('_') >= 0;
        return (urlSafe ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(blob);
    }

    VersionVector snapshotVector() {
        return snapshot == null ? VersionVector.EMPTY : snapshot.versionVector();
    }

    Set<OperationId> changeIds() {
        Set<OperationId> ids = new HashSet<>();
        changes.forEach(change -> ids.add(change.id()));
        return ids;
    }
}
