package dev.weft.server.link;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.link.ReplayRing.Submission;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which session of a link made a change that is durable but has not come back as a broadcast yet. An owner names the
 * author with each broadcast; the next owner, which has the change from the store, cannot. Bounded: what falls out costs
 * its author a change it has already. Not thread-safe.
 */
final class OwnChanges {
    private final LinkedHashMap<OperationId, String> origins = new LinkedHashMap<>();
    private final int idsMax;

    OwnChanges(int idsMax) {
        this.idsMax = idsMax;
    }

    void acknowledged(Submission submission, VersionVector.Builder delivered) {
        for (byte[] blob : submission.blobs()) {
            Change change = Change.decode(blob);
            if (!delivered.covers(change.author(), change.clock())) {
                origins.put(change.id(), submission.sessionId());
            }
        }
        while (origins.size() > idsMax) {
            origins.remove(origins.keySet().iterator().next());
        }
    }

    void delivered(OperationId id) {
        origins.remove(id);
    }

    /** With those in the ring, which are not even known to be durable. */
    Map<OperationId, String> with(ReplayRing ring) {
        Map<OperationId, String> all = new HashMap<>(origins);
        for (Submission submission : ring.submissions()) {
            submission.blobs().forEach(blob -> all.put(Change.decode(blob).id(), submission.sessionId()));
        }
        return all;
    }
}
