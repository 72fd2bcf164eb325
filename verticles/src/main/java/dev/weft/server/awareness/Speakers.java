package dev.weft.server.awareness;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/** Which session shows itself as which client, asked from both ends. Not thread-safe. */
final class Speakers {
    private final Map<String, String> clientOfSession = new HashMap<>();

    /** How many sessions show themselves as a client; two for a moment, when one came back before its old socket ended. */
    private final Map<String, Integer> sessionsOfClient = new HashMap<>();

    /** @return whom the session spoke for until now; null if for nobody */
    String speaks(String sessionId, String clientId) {
        sessionsOfClient.merge(clientId, 1, Integer::sum);
        return released(clientOfSession.put(sessionId, clientId));
    }

    /** @return whom the session spoke for; null if for nobody */
    String isGone(String sessionId) {
        return released(clientOfSession.remove(sessionId));
    }

    private String released(String clientId) {
        if (clientId != null) {
            sessionsOfClient.computeIfPresent(clientId, (id, count) -> count == 1 ? null : count - 1);
        }
        return clientId;
    }

    boolean areSpeakingFor(String clientId) {
        return sessionsOfClient.containsKey(clientId);
    }

    Collection<String> clients() {
        return Collections.unmodifiableSet(sessionsOfClient.keySet());
    }
}
