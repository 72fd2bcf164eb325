package dev.weft.crdt.document;

import dev.weft.crdt.id.OperationId;

/** Why a change was not taken in. It was not stored, and trying again will not help. */
public record Refusal(OperationId id, Reason reason, String message) {
    /** The families of refusals. */
    public enum Reason {
        /** The payload does not begin with a handler type, a handler id and a kind. */
        MALFORMED_ENVELOPE,
        /** The handler id belongs to the format. */
        RESERVED_HANDLER,
        /** The body is not an operation of the handler's type. Only {@link Document#validate} looks that far. */
        MALFORMED_BODY,
        /** The stamp lies further ahead of physical time than the options allow. */
        CLOCK_DRIFT,
        /** The change depends on itself, or on changes of its batch that depend on it. */
        DEPENDENCY_CYCLE
    }
}
