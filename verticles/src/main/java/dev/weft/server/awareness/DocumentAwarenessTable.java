package dev.weft.server.awareness;

import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.limits.Limit;
import dev.weft.server.limits.LimitCounters;
import dev.weft.server.plugin.DocumentPlugin;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everybody's presence in one document, at its owner: which client is shown, and which link speaks for it. */
final class DocumentAwarenessTable implements DocumentPlugin {
    private final String documentId;
    private final AwarenessOptions options;
    private final LimitCounters counters;
    private final Map<String, Shown> shown = new LinkedHashMap<>();

    DocumentAwarenessTable(String documentId, AwarenessOptions options, LimitCounters counters) {
        this.documentId = documentId;
        this.counters = counters;
        this.options = options;
    }

    @Override
    public void fromLink(LinkAddress link, byte[] bytes, Output out) {
        AwarenessPayload payload = AwarenessPayload.decode(bytes);
        Map<String, ClientAwareness> news = new LinkedHashMap<>();
        payload.states().forEach((id, state) -> {
            if (!shown.containsKey(id) && shown.size() >= options.clientsMax()) {
                counters.hit(Limit.PRESENCE_CLIENTS);
                out.report(documentId + " shows " + options.clientsMax() + " clients, and no more");
                return;
            }
            Shown before = shown.put(id, new Shown(link, state));
            if (before == null || !before.state.equals(state)) {
                news.put(id, state);
            }
        });
        // A client that came back on another gateway is spoken for there; its old gateway has no say any more.
        List<String> gone = new ArrayList<>();
        for (String id : payload.gone()) {
            Shown before = shown.get(id);
            if (before != null && before.link.equals(link)) {
                shown.remove(id);
                gone.add(id);
            }
        }
        if (!news.isEmpty() || !gone.isEmpty()) {
            out.toLinks(link, new AwarenessPayload(AwarenessPayload.Kind.CHANGED, news, gone).encode());
        }
        if (payload.kind() == AwarenessPayload.Kind.ANNOUNCE) {
            Map<String, ClientAwareness> everybody = new LinkedHashMap<>();
            shown.forEach((id, each) -> everybody.put(id, each.state));
            out.toLink(link, AwarenessPayload.everybody(everybody).encode());
        }
    }

    @Override
    public void linkGone(LinkAddress link, Output out) {
        List<String> gone = new ArrayList<>();
        shown.forEach((id, each) -> {
            if (each.link.equals(link)) {
                gone.add(id);
            }
        });
        if (!gone.isEmpty()) {
            shown.keySet().removeAll(gone);
            out.toLinks(link, AwarenessPayload.gone(gone).encode());
        }
    }

    private record Shown(LinkAddress link, ClientAwareness state) {}
}
