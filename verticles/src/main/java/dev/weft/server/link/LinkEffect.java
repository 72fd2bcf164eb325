package dev.weft.server.link;

import dev.weft.protocol.message.Message;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.limits.Limit;
import java.util.List;

/** What a link wants done. Performed in order; the link itself does nothing. */
public sealed interface LinkEffect {
    /**
     * Find out which node owns the document, or have one claim it, and answer with {@link DocumentLink#routed} or {@link
     * DocumentLink#unroutable}.
     *
     * @param suspect the ownership that is believed dead, or null
     */
    record FindOwner(Suspect suspect) implements LinkEffect {}

    /** An ownership that does not answer. @param epoch 0 if it never did */
    record Suspect(String nodeId, long epoch) {}

    record ToOwner(String nodeId, OwnerMessage message) implements LinkEffect {}

    /** The same message to some sessions; it is framed once. */
    record ToSessions(List<String> sessionIds, Message message) implements LinkEffect {
        public ToSessions {
            sessionIds = List.copyOf(sessionIds);
        }
    }

    /** Stop reading from the connection of a session until it is resumed: its submissions are not acknowledged. */
    record Pause(String sessionId) implements LinkEffect {}

    record Resume(String sessionId) implements LinkEffect {}

    /** The session is over for this document; its connection stays. */
    record Forget(String sessionId) implements LinkEffect {}

    /** Nothing needs this link any more. */
    record Discard() implements LinkEffect {}

    /** The link follows another owner than before; a notice, on which nothing depends. */
    record Followed(String nodeId, long epoch) implements LinkEffect {}

    /** Somebody met a limit; to be counted. */
    record Reached(Limit limit) implements LinkEffect {}

    /** A notice for logs, metrics and server events; nothing depends on it. */
    record Report(String sessionId, String what) implements LinkEffect {}
}
