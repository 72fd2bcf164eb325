package dev.weft.server.bus;

import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.server.registry.DocumentKey;
import java.util.List;

/** From the owner of a document to a link that follows it, or wants to. */
public sealed interface LinkMessage extends BusMessage {
    LinkAddress to();

    /** The ownership that speaks; 0 where the speaker is no owner. */
    long epoch();

    /**
     * One change (or relay blob) of a broadcast.
     *
     * @param origin session id of the author, which must not get it back; null if unknown
     */
    record Entry(byte[] blob, String origin) {}

    /**
     * Where what an owner tells leaves what is durable: nothing behind this number is sure to be in the store, and if the
     * owner is lost, nobody else gives these numbers the same meaning.
     *
     * @param version all that the log contains up to {@code number}
     */
    record Fork(long number, VersionVector version) {}

    /**
     * The link now follows.
     *
     * @param number the last broadcast that {@code missed} contains
     * @param missed what the link has not passed on yet
     * @param complete false if more is missing than fits; the sessions must then catch up one by one
     * @param version everything the owner has
     * @param log names the log to which numbers belong: under owners of the same log the same number means the same
     * @param fork null if all up to {@code number} is durable
     */
    record Attached(
            DocumentKey key,
            LinkAddress to,
            long epoch,
            long number,
            List<Entry> missed,
            boolean complete,
            VersionVector version,
            String log,
            Fork fork)
            implements LinkMessage {
        public Attached {
            missed = List.copyOf(missed);
        }

        /** How far the log is durable. */
        public long durable() {
            return fork == null ? number : fork.number;
        }
    }

    /** Not (or no longer) the owner. @param hint the node that may be, or null */
    record NotOwner(DocumentKey key, LinkAddress to, long epoch, String hint) implements LinkMessage {}

    /**
     * The document cannot be served.
     *
     * @param code an error code of the client protocol
     * @param retryable whether asking again later may help
     */
    record Refused(DocumentKey key, LinkAddress to, long epoch, String code, String reason, boolean retryable)
            implements LinkMessage {}

    enum Outcome {
        /** Durable. */
        ACCEPTED,
        /** A dependency is missing; the author must send what it has. */
        NOT_READY,
        /** It can never be applied. */
        REFUSED
    }

    /**
     * What became of one submission.
     *
     * @param lastNumber relay only: the last log number given to it
     * @param count how many blobs were stored or already known
     * @param logLength relay only: entries in the log
     * @param compact relay only: whether its author should upload a snapshot
     * @param code what its author is told; null unless a plugin refused it
     * @param reason for people; null unless refused
     */
    record Result(
            long submit,
            Outcome outcome,
            long lastNumber,
            int count,
            long logLength,
            boolean compact,
            String code,
            String reason) {
        /** Without a code. */
        public Result(
                long submit,
                Outcome outcome,
                long lastNumber,
                int count,
                long logLength,
                boolean compact,
                String reason) {
            this(submit, outcome, lastNumber, count, logLength, compact, null, reason);
        }

        /** What its author is told if it is refused. */
        public ErrorMessage refusal(String documentId) {
            return new ErrorMessage(documentId, code == null ? ErrorCode.INVALID_MESSAGE : code, reason);
        }
    }

    /**
     * All submissions up to a number are dealt with.
     *
     * @param results of those that were answered now, in order
     * @param resend whether a submission was lost on the way: send again everything after {@code upTo}
     */
    record Accepted(DocumentKey key, LinkAddress to, long epoch, long upTo, List<Result> results, boolean resend)
            implements LinkMessage {
        public Accepted {
            results = List.copyOf(results);
        }
    }

    /**
     * The answer to {@link OwnerMessage.ReadState}.
     *
     * @param number the last broadcast the state contains; of an aware document that was asked by version only if complete
     * @param snapshot null when none is needed
     * @param snapshotNumber relay only: the log number the snapshot covers
     * @param blobs changes in causal order; relay: the log after the snapshot
     * @param logLength relay only: entries in the log
     * @param version everything the owner has
     * @param complete false if there is more: ask again with what was received
     * @param continues false if it was asked for by number and does not go on from there: the log has lost its end or its
     *     beginning, or its numbers count no changes
     * @param fork null if all up to {@code number} is durable
     */
    record State(
            DocumentKey key,
            LinkAddress to,
            long epoch,
            long request,
            long number,
            byte[] snapshot,
            long snapshotNumber,
            List<byte[]> blobs,
            long logLength,
            boolean compact,
            VersionVector version,
            boolean complete,
            boolean continues,
            Fork fork)
            implements LinkMessage {
        public State {
            blobs = List.copyOf(blobs);
        }

        /** How far the log is durable, as far as it is told of here. */
        public long durable() {
            return fork == null ? number : fork.number;
        }

        /** All of it that is durable. */
        public VersionVector durableVersion() {
            return fork == null ? version : fork.version;
        }
    }

    /**
     * Changes; they occupy the numbers after {@code number - entries.size()} up to {@code number}.
     *
     * @param durable how far the log is durable; below {@code number} if the owner tells ahead
     */
    record Broadcast(DocumentKey key, LinkAddress to, long epoch, long number, List<Entry> entries, long durable)
            implements LinkMessage {
        public Broadcast {
            entries = List.copyOf(entries);
        }
    }

    /** What a plugin beside the owner says to its other side beside the link. */
    record ForPlugin(DocumentKey key, LinkAddress to, long epoch, String plugin, byte[] payload)
            implements LinkMessage {}

    /**
     * Still here.
     *
     * @param number the last broadcast that was sent
     * @param durable how far the log is durable
     */
    record Heartbeat(DocumentKey key, LinkAddress to, long epoch, long number, long durable) implements LinkMessage {}
}
