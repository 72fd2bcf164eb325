package dev.weft.protocol.awareness;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One client's presence.
 *
 * @param clientId the session id it was given
 * @param metadata a JSON object of the application's, in its order; values as in
 *     {@link dev.weft.protocol.codec.JsonObject}. The map is copied, what it holds is not and must not change
 */
public record ClientAwareness(String clientId, Map<String, Object> metadata) {
    public ClientAwareness {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /** A client that is there and shows nothing yet. */
    public static ClientAwareness empty(String clientId) {
        return new ClientAwareness(clientId, Map.of());
    }
}
