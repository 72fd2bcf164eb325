package dev.weft.client.sync;

import dev.weft.client.connection.Backoff;
import dev.weft.client.connection.Timing;
import java.util.Set;

/**
 * What a session is told once.
 *
 * @param documentId compared exactly; messages for other documents are dropped
 * @param endpoints how many endpoints there are to try in turn
 * @param capabilities extensions to ask for, see {@link dev.weft.protocol.message.Capability}
 */
public record SessionSettings(
        String documentId,
        int endpoints,
        Set<String> capabilities,
        Timing timing,
        Backoff.Policy backoff,
        Bounds bounds) {
    public SessionSettings {
        capabilities = Set.copyOf(capabilities);
        if (endpoints < 1) {
            throw new IllegalArgumentException("At least one endpoint is needed");
        }
    }

    public static SessionSettings of(String documentId) {
        return new SessionSettings(documentId, 1, Set.of(), Timing.DEFAULT, Backoff.Policy.DEFAULT, Bounds.DEFAULT);
    }

    public SessionSettings withEndpoints(int count) {
        return new SessionSettings(documentId, count, capabilities, timing, backoff, bounds);
    }

    public SessionSettings withCapabilities(Set<String> asked) {
        return new SessionSettings(documentId, endpoints, asked, timing, backoff, bounds);
    }

    public SessionSettings withTiming(Timing changed) {
        return new SessionSettings(documentId, endpoints, capabilities, changed, backoff, bounds);
    }

    public SessionSettings withBackoff(Backoff.Policy changed) {
        return new SessionSettings(documentId, endpoints, capabilities, timing, changed, bounds);
    }

    public SessionSettings withBounds(Bounds changed) {
        return new SessionSettings(documentId, endpoints, capabilities, timing, backoff, changed);
    }
}
