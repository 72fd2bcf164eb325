package dev.weft.protocol.codec;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Ack;
import dev.weft.protocol.message.AwareMessage;
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
import dev.weft.protocol.message.RelayMessage;
import dev.weft.protocol.message.ResumePoint;
import dev.weft.protocol.message.SharedMessage;
import dev.weft.protocol.message.SnapshotUpload;
import dev.weft.protocol.message.StateRequest;
import dev.weft.protocol.message.Welcome;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Core messages as JSON, keys in the order of the reference (spec protocol 2.4). The array is sized for the blobs first,
 * so that a frame is written once and at most trimmed.
 */
final class MessageWriter {
    private static final int FIXED = 160;

    private static final byte[] TYPE = key("{\"type\":");
    private static final byte[] DOCUMENT_ID = key(",\"documentId\":");
    private static final byte[] AUTHOR = key(",\"author\":");
    private static final byte[] VERSION_VECTOR = key(",\"versionVector\":");
    private static final byte[] SNAPSHOT = key(",\"snapshot\":");
    private static final byte[] CHANGE = key(",\"change\":");
    private static final byte[] CHANGES = key(",\"changes\":");
    private static final byte[] SESSION_ID = key(",\"sessionId\":");
    private static final byte[] TIMESTAMP = key(",\"timestamp\":");
    private static final byte[] ORIGINAL_TIMESTAMP = key(",\"originalTimestamp\":");
    private static final byte[] RESPONSE_TIMESTAMP = key(",\"responseTimestamp\":");
    private static final byte[] CODE = key(",\"code\":");
    private static final byte[] MESSAGE = key(",\"message\":");
    private static final byte[] SEQ = key(",\"seq\":");
    private static final byte[] COUNT = key(",\"count\":");
    private static final byte[] LOG_LENGTH = key(",\"logLength\":");
    private static final byte[] COMPACT = key(",\"compact\":");
    private static final byte[] FROM = key(",\"from\":");
    private static final byte[] UP_TO_SEQ = key(",\"upToSeq\":");
    private static final byte[] CAPABILITIES = key(",\"capabilities\":");
    private static final byte[] RESUME = key(",\"resume\":");
    private static final byte[] RESUME_AFTER = key(",\"resumeAfter\":");

    private final JsonOutput out;

    private MessageWriter(Message message, long blobBytes) {
        String documentId = message.documentId();
        this.out = new JsonOutput((int) Math.min(Integer.MAX_VALUE - 8L, FIXED + documentId.length() + blobBytes));
        out.ascii(TYPE).number(message.type().code()).ascii(DOCUMENT_ID).string(documentId);
    }

    static byte[] write(AwareMessage message) {
        if (message instanceof ChangeMessage change) {
            return write(change);
        } else if (message instanceof ChangesMessage changes) {
            return new MessageWriter(changes, base64Bytes(changes.changes()))
                    .changes(changes.changes())
                    .end();
        } else if (message instanceof HandshakeRequest request) {
            return new MessageWriter(request, 0)
                    .string(AUTHOR, request.author().toString())
                    .vector(request.versionVector())
                    .capabilities(request.capabilities())
                    .resume(request.resume())
                    .end();
        } else if (message instanceof HandshakeResponse response) {
            return write(response);
        } else if (message instanceof DocumentStatus status) {
            byte[] snapshot = encoded(status.snapshot());
            return new MessageWriter(status, base64Bytes(snapshot) + base64Bytes(status.changes()))
                    .blobOrNull(SNAPSHOT, snapshot)
                    .changes(status.changes())
                    .vector(status.versionVector())
                    .end();
        } else if (message instanceof DocumentStatusRequest request) {
            return new MessageWriter(request, 0)
                    .vectorOrNull(request.versionVector())
                    .end();
        } else if (message instanceof DurableMessage durable) {
            return new MessageWriter(durable, 0).vector(durable.versionVector()).end();
        } else if (message instanceof PositionMessage position) {
            return new MessageWriter(position, 0).number(SEQ, position.seq()).end();
        }
        throw new AssertionError(message);
    }

    private static byte[] write(ChangeMessage message) {
        byte[] change = message.change().encoded();
        return new MessageWriter(message, Base64Text.encodedLength(change.length))
                .blob(CHANGE, change)
                .end();
    }

    private static byte[] write(HandshakeResponse response) {
        byte[] snapshot = encoded(response.snapshot());
        return new MessageWriter(response, base64Bytes(snapshot) + base64Bytes(response.changes()))
                .blobOrNull(SNAPSHOT, snapshot)
                .changes(response.changes())
                .string(SESSION_ID, response.sessionId())
                .vector(response.versionVector())
                .capabilities(response.capabilities())
                .resume(response.resume())
                .end();
    }

    static byte[] write(SharedMessage message) {
        if (message instanceof Ping ping) {
            MessageWriter writer = new MessageWriter(ping, 0).number(TIMESTAMP, ping.timestamp());
            // The one nullable field the reference leaves out instead of writing null.
            return ping.versionVector() == null
                    ? writer.end()
                    : writer.vector(ping.versionVector()).end();
        } else if (message instanceof Pong pong) {
            return new MessageWriter(pong, 0)
                    .number(ORIGINAL_TIMESTAMP, pong.originalTimestamp())
                    .number(RESPONSE_TIMESTAMP, pong.responseTimestamp())
                    .end();
        } else if (message instanceof ErrorMessage error) {
            return new MessageWriter(error, error.message().length())
                    .string(CODE, error.code())
                    .string(MESSAGE, error.message())
                    .end();
        }
        throw new AssertionError(message);
    }

    static byte[] write(RelayMessage message) {
        if (message instanceof Push push) {
            return new MessageWriter(push, textBytes(push.changes()))
                    .strings(CHANGES, push.changes())
                    .end();
        } else if (message instanceof Ack ack) {
            return new MessageWriter(ack, 0)
                    .number(SEQ, ack.seq())
                    .number(COUNT, ack.count())
                    .number(LOG_LENGTH, ack.logLength())
                    .bool(COMPACT, ack.compact())
                    .end();
        } else if (message instanceof RelayChanges changes) {
            return new MessageWriter(changes, textBytes(changes.changes()))
                    .strings(CHANGES, changes.changes())
                    .number(SEQ, changes.seq())
                    .stringOrNull(FROM, changes.from())
                    .end();
        } else if (message instanceof Hello hello) {
            return new MessageWriter(hello, 0)
                    .string(AUTHOR, hello.author().toString())
                    .capabilities(hello.capabilities())
                    .resume(hello.resume())
                    .end();
        } else if (message instanceof Welcome welcome) {
            return write(welcome);
        } else if (message instanceof SnapshotUpload upload) {
            return new MessageWriter(upload, upload.snapshot().length())
                    .string(SNAPSHOT, upload.snapshot())
                    .number(UP_TO_SEQ, upload.upToSeq())
                    .end();
        } else if (message instanceof StateRequest request) {
            return new MessageWriter(request, 0).end();
        }
        throw new AssertionError(message);
    }

    private static byte[] write(Welcome welcome) {
        int snapshot = welcome.snapshot() == null ? 0 : welcome.snapshot().length();
        return new MessageWriter(welcome, snapshot + textBytes(welcome.changes()))
                .string(SESSION_ID, welcome.sessionId())
                .stringOrNull(SNAPSHOT, welcome.snapshot())
                .strings(CHANGES, welcome.changes())
                .number(SEQ, welcome.seq())
                .number(LOG_LENGTH, welcome.logLength())
                .bool(COMPACT, welcome.compact())
                .capabilities(welcome.capabilities())
                .resume(welcome.resume())
                .end();
    }

    /** A message of a plugin: its own fields behind the two that all messages have. */
    static byte[] write(Message message, Map<String, Object> fields) {
        MessageWriter writer = new MessageWriter(message, 0);
        fields.forEach(
                (name, value) -> writer.out.ascii(',').string(name).ascii(':').value(value));
        return writer.end();
    }

    private MessageWriter string(byte[] key, String text) {
        out.ascii(key).string(text);
        return this;
    }

    private MessageWriter stringOrNull(byte[] key, String text) {
        out.ascii(key);
        if (text == null) {
            out.ascii(Json.NULL);
        } else {
            out.string(text);
        }
        return this;
    }

    private MessageWriter number(byte[] key, long value) {
        out.ascii(key).number(value);
        return this;
    }

    private MessageWriter bool(byte[] key, boolean value) {
        out.ascii(key).ascii(value ? Json.TRUE : Json.FALSE);
        return this;
    }

    private MessageWriter blob(byte[] key, byte[] blob) {
        out.ascii(key).base64(blob);
        return this;
    }

    private MessageWriter blobOrNull(byte[] key, byte[] blob) {
        out.ascii(key);
        if (blob == null) {
            out.ascii(Json.NULL);
        } else {
            out.base64(blob);
        }
        return this;
    }

    private MessageWriter vector(VersionVector vector) {
        return blob(VERSION_VECTOR, vector.encode());
    }

    private MessageWriter vectorOrNull(VersionVector vector) {
        return blobOrNull(VERSION_VECTOR, vector == null ? null : vector.encode());
    }

    private MessageWriter changes(List<Change> changes) {
        out.ascii(CHANGES).ascii('[');
        for (int i = 0; i < changes.size(); i++) {
            if (i > 0) {
                out.ascii(',');
            }
            out.base64(changes.get(i).encoded());
        }
        out.ascii(']');
        return this;
    }

    private MessageWriter strings(byte[] key, Collection<String> texts) {
        out.ascii(key).ascii('[');
        boolean first = true;
        for (String text : texts) {
            if (!first) {
                out.ascii(',');
            }
            out.string(text);
            first = false;
        }
        out.ascii(']');
        return this;
    }

    /** Absent when empty: a stock peer then sees exactly the reference's frame. Sorted, so that frames are repeatable. */
    private MessageWriter capabilities(Set<String> capabilities) {
        return capabilities.isEmpty() ? this : strings(CAPABILITIES, new TreeSet<>(capabilities));
    }

    private MessageWriter resume(ResumePoint point) {
        if (point == null) {
            return this;
        }
        string(RESUME, point.log());
        return point.isSomewhere() ? number(RESUME_AFTER, point.after()) : this;
    }

    private byte[] end() {
        return out.ascii('}').toByteArray();
    }

    private static byte[] encoded(Snapshot snapshot) {
        return snapshot == null ? null : snapshot.encode();
    }

    private static long base64Bytes(byte[] blob) {
        return blob == null ? 0 : Base64Text.encodedLength(blob.length);
    }

    private static long base64Bytes(List<Change> changes) {
        long bytes = 0;
        for (Change change : changes) {
            bytes += Base64Text.encodedLength(change.encoded().length) + 3;
        }
        return bytes;
    }

    private static long textBytes(List<String> texts) {
        long bytes = 0;
        for (String text : texts) {
            bytes += text.length() + 3L;
        }
        return bytes;
    }

    private static byte[] key(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
