package dev.weft.server.link;

import dev.weft.protocol.message.Message;
import dev.weft.server.limits.Limit;
import java.util.ArrayList;
import java.util.List;

/** What a link and its parts want done because of the inputs so far, in order. Confined to its link. */
final class LinkOutput {
    private List<LinkEffect> effects = new ArrayList<>();

    List<LinkEffect> take() {
        List<LinkEffect> taken = effects;
        effects = new ArrayList<>();
        return taken;
    }

    void add(LinkEffect effect) {
        effects.add(effect);
    }

    void toSession(String sessionId, Message message) {
        add(new LinkEffect.ToSessions(List.of(sessionId), message));
    }

    void toSessions(List<String> sessionIds, Message message) {
        if (!sessionIds.isEmpty()) {
            add(new LinkEffect.ToSessions(sessionIds, message));
        }
    }

    void reached(Limit limit) {
        add(new LinkEffect.Reached(limit));
    }

    /** @param sessionId null if it is not about one */
    void report(String sessionId, String what) {
        add(new LinkEffect.Report(sessionId, what));
    }
}
