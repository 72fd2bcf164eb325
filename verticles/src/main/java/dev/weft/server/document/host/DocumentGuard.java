package dev.weft.server.document.host;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.change.HandlerName;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.clock.WallClock;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.id.PeerId;
import dev.weft.server.limits.DocumentLimits;
import dev.weft.server.limits.Limit;
import java.util.HashSet;
import java.util.Set;

/**
 * Whether one more change may become part of a document. What is stored already is never asked about: a limit that was
 * lowered, or a clock that was turned back, must not make a document unreadable. Not thread-safe.
 */
final class DocumentGuard {
    private final Document document;
    private final DocumentLimits limits;
    private final WallClock wallClock;
    private final Set<PeerId> peers = new HashSet<>();
    private final Set<HandlerName> handlers;
    private long bytes;

    DocumentGuard(Document document, DocumentLimits limits, WallClock wallClock) {
        this.document = document;
        this.limits = limits;
        this.wallClock = wallClock;
        this.handlers = new HashSet<>(document.history().handlers());
        document.handlerTypes().forEach((id, type) -> handlers.add(new HandlerName(type, id)));
        document.versionVector().forEach((peer, clock) -> peers.add(peer));
    }

    /** To be called before the changes of a frame. */
    void begin() {
        bytes = document.history().retainedBytes();
    }

    /** @param change well-formed. @return the limit it would break; null if none */
    Limit limitBrokenBy(Change change) {
        if (document.history().contains(change.id())) {
            return null;
        }
        long aheadMillis = new HybridTimestamp(change.clock()).millis() - wallClock.millis();
        if (aheadMillis > limits.driftMillisMax()) {
            return Limit.CLOCK_DRIFT;
        }
        if (bytes + change.encoded().length > limits.bytesMax()) {
            return Limit.DOCUMENT_BYTES;
        }
        if (!peers.contains(change.author()) && peers.size() >= limits.peersMax()) {
            return Limit.PEERS_PER_DOCUMENT;
        }
        Envelope envelope = change.envelope();
        HandlerName handler = new HandlerName(envelope.handlerType(), envelope.handlerId());
        if (!handlers.contains(handler) && handlers.size() >= limits.handlersMax()) {
            return Limit.HANDLERS_PER_DOCUMENT;
        }
        bytes += change.encoded().length;
        peers.add(change.author());
        handlers.add(handler);
        return null;
    }

    /** For the author, as an error message. */
    static String describe(Limit limit) {
        return switch (limit) {
            case CLOCK_DRIFT -> "The clock of this change is too far ahead";
            case DOCUMENT_BYTES -> "The document has reached its largest size";
            case PEERS_PER_DOCUMENT -> "The document has as many peers as it may have";
            case HANDLERS_PER_DOCUMENT -> "The document has as many handlers as it may have";
            default -> throw new AssertionError(limit);
        };
    }
}
