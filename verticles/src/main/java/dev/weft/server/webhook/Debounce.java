package dev.weft.server.webhook;

import dev.weft.server.event.ServerEvent.ChangesApplied;
import dev.weft.server.registry.DocumentKey;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Many changes of a document, one notice. A plain state machine; time is an input. */
final class Debounce {
    /** Documents whose notice waits; of more the notice comes at once. */
    static final int DOCUMENTS_MAX = 10_000;

    private final int quietMillis;
    private final Map<DocumentKey, Waiting> waiting = new LinkedHashMap<>();

    Debounce(int quietMillis) {
        this.quietMillis = quietMillis;
    }

    /** @return notices that are due because of it */
    List<Notice> changed(ChangesApplied change, long nowMillis) {
        DocumentKey key = new DocumentKey(change.kind(), change.documentId());
        if (waiting.size() >= DOCUMENTS_MAX && !waiting.containsKey(key)) {
            return List.of(new Waiting(change, nowMillis).notice());
        }
        waiting.computeIfAbsent(key, k -> new Waiting(change, nowMillis)).add(change, nowMillis);
        return List.of();
    }

    List<Notice> due(long nowMillis) {
        List<Notice> due = new ArrayList<>();
        for (Iterator<Waiting> each = waiting.values().iterator(); each.hasNext(); ) {
            Waiting document = each.next();
            boolean isQuiet = nowMillis - document.lastMillis >= quietMillis;
            boolean isLate =
                    nowMillis - document.firstMillis >= (long) quietMillis * WebhookOptions.DEBOUNCE_FACTOR_MAX;
            if (isQuiet || isLate) {
                each.remove();
                due.add(document.notice());
            }
        }
        return due;
    }

    private static final class Waiting {
        final long firstMillis;
        long lastMillis;
        ChangesApplied last;
        int changes;

        Waiting(ChangesApplied first, long nowMillis) {
            last = first;
            firstMillis = nowMillis;
            lastMillis = nowMillis;
        }

        void add(ChangesApplied change, long nowMillis) {
            last = change;
            lastMillis = nowMillis;
            changes += change.changes().size();
        }

        Notice notice() {
            Notice notice = Notice.of(WebhookEvent.DOCUMENT_CHANGED, last, last.documentId());
            notice.body().put("changes", Math.max(changes, last.changes().size()));
            return notice;
        }
    }
}
