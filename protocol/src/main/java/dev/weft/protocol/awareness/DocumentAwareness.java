package dev.weft.protocol.awareness;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everybody's presence in one document.
 *
 * @param documentId named here a second time on the wire; a stock peer does not compare it with the message's
 * @param states by client id, in the order in which they came
 */
public record DocumentAwareness(String documentId, Map<String, ClientAwareness> states) {
    public DocumentAwareness {
        states = Collections.unmodifiableMap(new LinkedHashMap<>(states));
    }
}
