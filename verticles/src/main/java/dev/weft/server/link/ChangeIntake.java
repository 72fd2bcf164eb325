package dev.weft.server.link;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Capability;
import java.util.ArrayList;
import java.util.List;

/** Takes in the changes that clients send: leaves out what only comes back, and submits the rest. Confined to its link. */
final class ChangeIntake {
    private final DeliveredChanges delivered;
    private final DurabilityNotices notices;
    private final Submissions submissions;

    ChangeIntake(DeliveredChanges delivered, DurabilityNotices notices, Submissions submissions) {
        this.delivered = delivered;
        this.notices = notices;
        this.submissions = submissions;
    }

    void take(AwareSession session, List<Change> changes, long nowMillis) {
        List<byte[]> blobs = new ArrayList<>(changes.size());
        VersionVector.Builder known = VersionVector.builder();
        boolean isPromised = session.grants(Capability.ACK);
        for (Change change : changes) {
            if (delivered.areEchoedBy(change)
                    && (!isPromised || delivered.durablePart().covers(change.id()))) {
                known.update(change.id());
            } else {
                session.submits(change.id());
                blobs.add(change.encoded());
            }
        }
        if (blobs.size() < changes.size() && isPromised) {
            // Clients that ask for acknowledgements do not echo: this one was told that a change of its own was not
            // taken yet, sends it again, and meanwhile it came after all.
            notices.confirm(session, known.build());
        }
        if (!blobs.isEmpty()) {
            submissions.submit(session.id, blobs, nowMillis);
        }
    }
}
