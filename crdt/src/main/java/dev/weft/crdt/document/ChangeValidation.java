package dev.weft.crdt.document;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.id.OperationId;

/** Looks at changes from outside before anything is stored. Each check gives the reason to refuse, or null. */
final class ChangeValidation {
    private ChangeValidation() {}

    /** What every import checks: one change must not be able to break the history for all (spec crdt W2, W5, W23). */
    static Refusal check(Change change, long wallMillis, long driftMillisMax) {
        OperationId id = change.id();
        try {
            Envelope envelope = change.envelope();
            if (envelope.handlerId().startsWith(Snapshot.RESERVED_PREFIX)) {
                return new Refusal(
                        id, Refusal.Reason.RESERVED_HANDLER, "Handler id is reserved: " + envelope.handlerId());
            }
        } catch (CrdtFormatException malformed) {
            return new Refusal(id, Refusal.Reason.MALFORMED_ENVELOPE, malformed.getMessage());
        }
        if (isAhead(id.clock(), wallMillis, driftMillisMax)) {
            return new Refusal(
                    id,
                    Refusal.Reason.CLOCK_DRIFT,
                    "Stamp " + id.timestamp() + " is more than " + driftMillisMax + " ms ahead of " + wallMillis);
        }
        for (int i = 0; i < change.dependencyCount(); i++) {
            if (change.dependency(i).equals(id)) {
                return new Refusal(id, Refusal.Reason.DEPENDENCY_CYCLE, "The change depends on itself");
            }
        }
        return null;
    }

    /** Whether the body can be read, if the type is known. */
    static Refusal checkBody(Change change, DocumentOptions options) {
        Envelope envelope = change.envelope();
        DataType<?, ?> type = options.typeOf(envelope.handlerType());
        if (type == null) {
            return null;
        }
        try {
            type.decodeOperation(envelope.kind(), change.bodyOf(envelope));
            return null;
        } catch (CrdtFormatException malformed) {
            return new Refusal(change.id(), Refusal.Reason.MALFORMED_BODY, malformed.getMessage());
        }
    }

    static boolean isAhead(long clock, long wallMillis, long driftMillisMax) {
        return driftMillisMax != DocumentOptions.UNLIMITED_DRIFT
                && new HybridTimestamp(clock).millis() - wallMillis > driftMillisMax;
    }
}
