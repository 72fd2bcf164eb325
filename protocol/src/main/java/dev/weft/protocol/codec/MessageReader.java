package dev.weft.protocol.codec;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.codec.FrameFields.Field;
import dev.weft.protocol.codec.MalformedMessageException.Bound;
import dev.weft.protocol.codec.MalformedMessageException.Reason;
import dev.weft.protocol.message.Ack;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.DurableMessage;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.protocol.message.PositionMessage;
import dev.weft.protocol.message.Push;
import dev.weft.protocol.message.RelayChanges;
import dev.weft.protocol.message.ResumePoint;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.protocol.message.StateRequest;
import dev.weft.protocol.message.Welcome;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The fields of a frame as a core message (spec protocol 2.4). */
final class MessageReader {
    private final FrameFields fields;
    private final FrameLimits limits;

    MessageReader(FrameFields fields, FrameLimits limits) {
        this.fields = fields;
        this.limits = limits;
    }

    /** @param type a code {@link WireMode#knows} of any mode */
    Message read(int type) {
        String document = fields.documentId();
        return switch (type) {
            case 0 -> new HandshakeRequest(document, author(), vector(), capabilities(), resumeFrom());
            case 1 ->
                new HandshakeResponse(
                        document,
                        snapshot(),
                        changes(fields.stringsOrEmpty(Field.CHANGES)),
                        fields.string(Field.SESSION_ID),
                        vector(),
                        capabilities(),
                        resumption());
            case 2 -> new ChangeMessage(document, change(fields.string(Field.CHANGE)));
            case 3 -> new DocumentStatus(document, snapshot(), changes(fields.stringsOrEmpty(Field.CHANGES)), vector());
            case 4 -> new DocumentStatusRequest(document, vectorOrNull());
            case 5 -> new Ping(document, fields.integer(Field.TIMESTAMP), vectorOrNull());
            case 6 ->
                new Pong(document, fields.integer(Field.ORIGINAL_TIMESTAMP), fields.integer(Field.RESPONSE_TIMESTAMP));
            case 7 -> new ErrorMessage(document, fields.string(Field.CODE), fields.string(Field.MESSAGE));
            case 8 -> new ChangesMessage(document, changes(fields.strings(Field.CHANGES)));
            case 9 -> new DurableMessage(document, vector());
            case 10 -> new PositionMessage(document, fields.integer(Field.SEQ));
            default -> readRelay(type, document);
        };
    }

    private Message readRelay(int type, String document) {
        return switch (type) {
            case 20 -> new Hello(document, author(), capabilities(), resumeFrom());
            case 21 ->
                new Welcome(
                        document,
                        fields.string(Field.SESSION_ID),
                        fields.stringOrNull(Field.SNAPSHOT),
                        fields.strings(Field.CHANGES),
                        fields.integer(Field.SEQ),
                        fields.integer(Field.LOG_LENGTH),
                        fields.bool(Field.COMPACT),
                        capabilities(),
                        resumption());
            case 22 -> new Push(document, fields.strings(Field.CHANGES));
            case 23 ->
                new Ack(
                        document,
                        fields.integer(Field.SEQ),
                        fields.integer(Field.COUNT),
                        fields.integer(Field.LOG_LENGTH),
                        fields.bool(Field.COMPACT));
            case 24 ->
                new RelayChanges(
                        document,
                        fields.strings(Field.CHANGES),
                        fields.integer(Field.SEQ),
                        fields.stringOrNull(Field.FROM));
            case 25 -> new SnapshotUpload(document, fields.string(Field.SNAPSHOT), fields.integer(Field.UP_TO_SEQ));
            case 26 -> new StateRequest(document);
            default -> throw new AssertionError(type);
        };
    }

    private PeerId author() {
        String text = fields.string(Field.AUTHOR);
        try {
            return PeerId.parse(text);
        } catch (CrdtFormatException e) {
            // The cause would repeat text of a stranger, of any length, in our logs.
            throw new MalformedMessageException(Reason.BAD_FIELD, "author is not a UUID of version 4", null);
        }
    }

    private Set<String> capabilities() {
        return new LinkedHashSet<>(fields.stringsIfWellFormed(Field.CAPABILITIES));
    }

    private ResumePoint resumeFrom() {
        ResumePoint point = resumption();
        return point == null || !point.isSomewhere() ? null : point;
    }

    private ResumePoint resumption() {
        String log = fields.stringIfWellFormed(Field.RESUME, null);
        boolean isNamed = log != null && log.length() <= FrameLimits.RESUME_CHARS_MAX;
        return isNamed ? new ResumePoint(log, fields.countIfWellFormed(Field.RESUME_AFTER, ResumePoint.NOWHERE)) : null;
    }

    private VersionVector vector() {
        return decode(Field.VERSION_VECTOR, fields.string(Field.VERSION_VECTOR), this::vector);
    }

    private VersionVector vectorOrNull() {
        return fields.isAbsent(Field.VERSION_VECTOR) ? null : vector();
    }

    private VersionVector vector(byte[] bytes) {
        if (new ByteReader(bytes).readUvarint("version vector") > limits.versionVectorPeersMax()) {
            throw MalformedMessageException.over(
                    Bound.VERSION_VECTOR_PEERS,
                    "More peers in a version vector than " + limits.versionVectorPeersMax(),
                    null);
        }
        return VersionVector.decode(bytes);
    }

    private Snapshot snapshot() {
        String text = fields.stringOrNull(Field.SNAPSHOT);
        return text == null ? null : decode(Field.SNAPSHOT, text, Snapshot::decode);
    }

    private static Change change(String text) {
        return decode(Field.CHANGE, text, Change::decode);
    }

    private static List<Change> changes(List<String> texts) {
        List<Change> changes = new ArrayList<>(texts.size());
        for (String text : texts) {
            changes.add(change(text));
        }
        return changes;
    }

    private static <T> T decode(Field field, String text, Function<byte[], T> decoder) {
        try {
            return decoder.apply(Base64Text.decode(text));
        } catch (IllegalArgumentException | CrdtFormatException e) {
            throw new MalformedMessageException(Reason.BAD_FIELD, field + " does not decode: " + e.getMessage(), e);
        }
    }
}
