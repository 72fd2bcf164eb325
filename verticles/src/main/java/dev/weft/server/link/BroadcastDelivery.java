package dev.weft.server.link;

import dev.weft.crdt.change.Change;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.server.link.RecentEntries.Numbered;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Passes the changes of one broadcast on to the live sessions, one by one or as batches. Confined to its link. */
final class BroadcastDelivery {
    /** Changes of one message. Far below what a client's codec takes, 131,072 by default. */
    static final int CHANGES_PER_MESSAGE = 8_192;

    private final String documentId;
    private final boolean hasSeveral;
    private final LinkOutput output;
    private final Map<String, List<Change>> batches = new LinkedHashMap<>();

    /** @param hasSeveral whether there is more than one change, so that batches are worth while */
    BroadcastDelivery(String documentId, boolean hasSeveral, LinkOutput output) {
        this.documentId = documentId;
        this.hasSeveral = hasSeveral;
        this.output = output;
    }

    void passOn(Numbered numbered, Collection<AwareSession> sessions) {
        Change change = numbered.change();
        List<String> singles = new ArrayList<>();
        for (AwareSession session : sessions) {
            boolean isOwn = session.passedOn(change.id()) || session.id.equals(numbered.origin());
            if (isOwn || !session.isLive() || numbered.number() <= session.liveAfter || !session.takes(change)) {
                continue;
            }
            if (hasSeveral && session.takesBatches()) {
                batches.computeIfAbsent(session.id, id -> new ArrayList<>()).add(change);
            } else {
                singles.add(session.id);
            }
        }
        output.toSessions(singles, new ChangeMessage(documentId, change));
    }

    /** Sessions that get the same changes share one message, which is framed once. */
    void passOnBatches() {
        Map<List<Change>, List<String>> recipients = new LinkedHashMap<>();
        batches.forEach((id, changes) ->
                recipients.computeIfAbsent(changes, c -> new ArrayList<>()).add(id));
        recipients.forEach((changes, ids) -> {
            for (int from = 0; from < changes.size(); from += CHANGES_PER_MESSAGE) {
                List<Change> part = changes.subList(from, Math.min(changes.size(), from + CHANGES_PER_MESSAGE));
                output.toSessions(
                        ids,
                        part.size() == 1
                                ? new ChangeMessage(documentId, part.get(0))
                                : new ChangesMessage(documentId, part));
            }
        });
    }
}
