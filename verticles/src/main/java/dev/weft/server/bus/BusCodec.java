package dev.weft.server.bus;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.bus.OwnerMessage.Invite.Step;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The bytes of bus messages. Each begins with a format version and a tag; readers ignore bytes they do not know at the
 * end of a message, so a field may be added behind the others and two versions of Weft can share a cluster.
 */
final class BusCodec {
    /** Where it differs, nodes cannot serve one cluster. @see BusMessageFormat */
    static final int FORMAT = 2;

    private static final int ATTACH = 1;
    private static final int DETACH = 2;
    private static final int SUBMIT = 3;
    private static final int READ_STATE = 4;
    private static final int RESYNC = 5;
    private static final int UPLOAD = 6;
    private static final int FROM_PLUGIN = 7;
    private static final int INVITE = 8;
    private static final int SUPERSEDED = 9;
    private static final int ATTACHED = 16;
    private static final int NOT_OWNER = 17;
    private static final int REFUSED = 18;
    private static final int ACCEPTED = 19;
    private static final int STATE = 20;
    private static final int BROADCAST = 21;
    private static final int HEARTBEAT = 22;
    private static final int FOR_PLUGIN = 23;

    private BusCodec() {}

    static byte[] encode(BusMessage message) {
        ByteWriter out = new ByteWriter(256).writeByte(FORMAT);
        if (message instanceof OwnerMessage toOwner) {
            encodeToOwner(out, toOwner);
        } else {
            encodeToLink(out, (LinkMessage) message);
        }
        return out.toByteArray();
    }

    private static void encodeToOwner(ByteWriter out, OwnerMessage message) {
        if (message instanceof OwnerMessage.Attach m) {
            head(out, ATTACH, m.key(), m.from());
            bool(out, m.create());
            vector(out, m.delivered());
            out.writeUvarint(m.deliveredEpoch())
                    .writeUvarint(m.deliveredNumber())
                    .writeUvarint(m.firstSubmit());
            nullable(out, m.suspectNode(), ByteWriter::writeString);
            out.writeUvarint(m.suspectEpoch()).writeString(m.deliveredLog());
        } else if (message instanceof OwnerMessage.Detach m) {
            head(out, DETACH, m.key(), m.from());
        } else if (message instanceof OwnerMessage.Submit m) {
            head(out, SUBMIT, m.key(), m.from());
            out.writeUvarint(m.epoch()).writeUvarint(m.number()).writeString(m.sessionId());
            list(out, m.blobs(), ByteWriter::writeBlob);
        } else if (message instanceof OwnerMessage.ReadState m) {
            head(out, READ_STATE, m.key(), m.from());
            out.writeUvarint(m.epoch()).writeUvarint(m.request()).writeString(m.sessionId());
            nullable(out, m.since(), BusCodec::vector);
            out.writeUvarint(m.afterNumber()).writeUvarint(m.bytesMax());
        } else if (message instanceof OwnerMessage.Resync m) {
            head(out, RESYNC, m.key(), m.from());
            out.writeUvarint(m.epoch());
            vector(out, m.delivered());
            out.writeUvarint(m.deliveredNumber());
        } else if (message instanceof OwnerMessage.FromPlugin m) {
            head(out, FROM_PLUGIN, m.key(), m.from());
            out.writeUvarint(m.epoch()).writeString(m.plugin()).writeBlob(m.payload());
        } else if (message instanceof OwnerMessage.Invite m) {
            head(out, INVITE, m.key(), m.from());
            out.writeByte(m.step().ordinal());
            nullable(out, m.claimId(), ByteWriter::writeString);
            out.writeUvarint(m.epoch());
        } else if (message instanceof OwnerMessage.Superseded m) {
            head(out, SUPERSEDED, m.key(), m.from());
            out.writeUvarint(m.byEpoch());
        } else if (message instanceof OwnerMessage.Upload m) {
            head(out, UPLOAD, m.key(), m.from());
            out.writeUvarint(m.epoch()).writeString(m.sessionId()).writeBlob(m.snapshot());
            out.writeUvarint(m.upToNumber());
        } else {
            throw new AssertionError(message);
        }
    }

    private static void encodeToLink(ByteWriter out, LinkMessage message) {
        if (message instanceof LinkMessage.Attached m) {
            head(out, ATTACHED, m.key(), m.to());
            out.writeUvarint(m.epoch()).writeUvarint(m.number());
            list(out, m.missed(), BusCodec::entry);
            bool(out, m.complete());
            vector(out, m.version());
            out.writeString(m.log());
            nullable(out, m.fork(), BusCodec::fork);
        } else if (message instanceof LinkMessage.NotOwner m) {
            head(out, NOT_OWNER, m.key(), m.to());
            out.writeUvarint(m.epoch());
            nullable(out, m.hint(), ByteWriter::writeString);
        } else if (message instanceof LinkMessage.Refused m) {
            head(out, REFUSED, m.key(), m.to());
            out.writeUvarint(m.epoch()).writeString(m.code()).writeString(m.reason());
            bool(out, m.retryable());
        } else if (message instanceof LinkMessage.Accepted m) {
            head(out, ACCEPTED, m.key(), m.to());
            out.writeUvarint(m.epoch()).writeUvarint(m.upTo());
            list(out, m.results(), BusCodec::result);
            bool(out, m.resend());
        } else if (message instanceof LinkMessage.State m) {
            head(out, STATE, m.key(), m.to());
            out.writeUvarint(m.epoch()).writeUvarint(m.request()).writeUvarint(m.number());
            nullable(out, m.snapshot(), ByteWriter::writeBlob);
            out.writeUvarint(m.snapshotNumber());
            list(out, m.blobs(), ByteWriter::writeBlob);
            out.writeUvarint(m.logLength());
            bool(out, m.compact());
            vector(out, m.version());
            bool(out, m.complete());
            bool(out, m.continues());
            nullable(out, m.fork(), BusCodec::fork);
        } else if (message instanceof LinkMessage.Broadcast m) {
            head(out, BROADCAST, m.key(), m.to());
            out.writeUvarint(m.epoch()).writeUvarint(m.number());
            list(out, m.entries(), BusCodec::entry);
            out.writeUvarint(m.durable());
        } else if (message instanceof LinkMessage.ForPlugin m) {
            head(out, FOR_PLUGIN, m.key(), m.to());
            out.writeUvarint(m.epoch()).writeString(m.plugin()).writeBlob(m.payload());
        } else if (message instanceof LinkMessage.Heartbeat m) {
            head(out, HEARTBEAT, m.key(), m.to());
            out.writeUvarint(m.epoch()).writeUvarint(m.number()).writeUvarint(m.durable());
        } else {
            throw new AssertionError(message);
        }
    }

    /** @throws CrdtFormatException if the bytes are no message of a version this node understands */
    static BusMessage decode(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        int format = in.readByte("bus message");
        if (format != FORMAT) {
            throw new CrdtFormatException("Bus message of format " + format + "; this node understands " + FORMAT);
        }
        int tag = in.readByte("bus message");
        DocumentKey key = readKey(in);
        LinkAddress link = new LinkAddress(text(in), (int) number(in), number(in));
        return tag < ATTACHED ? decodeToOwner(tag, key, link, in) : decodeToLink(tag, key, link, in);
    }

    private static OwnerMessage decodeToOwner(int tag, DocumentKey key, LinkAddress from, ByteReader in) {
        return switch (tag) {
            case ATTACH ->
                new OwnerMessage.Attach(
                        key,
                        from,
                        bool(in),
                        vector(in),
                        number(in),
                        number(in),
                        number(in),
                        nullable(in, BusCodec::text),
                        number(in),
                        text(in));
            case DETACH -> new OwnerMessage.Detach(key, from);
            case SUBMIT ->
                new OwnerMessage.Submit(key, from, number(in), number(in), text(in), list(in, BusCodec::blob));
            case READ_STATE ->
                new OwnerMessage.ReadState(
                        key, from, number(in), number(in), text(in), nullable(in, BusCodec::vector), number(in), (int)
                                number(in));
            case RESYNC -> new OwnerMessage.Resync(key, from, number(in), vector(in), number(in));
            case FROM_PLUGIN -> new OwnerMessage.FromPlugin(key, from, number(in), text(in), blob(in));
            case INVITE ->
                in.isExhausted()
                        ? new OwnerMessage.Invite(key, from, Step.NOW, null, 0)
                        : new OwnerMessage.Invite(key, from, step(in), nullable(in, BusCodec::text), number(in));
            case SUPERSEDED -> new OwnerMessage.Superseded(key, from, number(in));
            case UPLOAD -> new OwnerMessage.Upload(key, from, number(in), text(in), blob(in), number(in));
            default -> throw new CrdtFormatException("Unknown bus message " + tag);
        };
    }

    private static Step step(ByteReader in) {
        int step = in.readByte("step");
        if (step >= Step.values().length) {
            throw new CrdtFormatException("Unknown step " + step);
        }
        return Step.values()[step];
    }

    private static LinkMessage decodeToLink(int tag, DocumentKey key, LinkAddress to, ByteReader in) {
        long epoch = number(in);
        return switch (tag) {
            case ATTACHED ->
                new LinkMessage.Attached(
                        key,
                        to,
                        epoch,
                        number(in),
                        list(in, BusCodec::entry),
                        bool(in),
                        vector(in),
                        text(in),
                        nullable(in, BusCodec::fork));
            case NOT_OWNER -> new LinkMessage.NotOwner(key, to, epoch, nullable(in, BusCodec::text));
            case REFUSED -> new LinkMessage.Refused(key, to, epoch, text(in), text(in), bool(in));
            case ACCEPTED -> new LinkMessage.Accepted(key, to, epoch, number(in), list(in, BusCodec::result), bool(in));
            case STATE ->
                new LinkMessage.State(
                        key,
                        to,
                        epoch,
                        number(in),
                        number(in),
                        nullable(in, BusCodec::blob),
                        number(in),
                        list(in, BusCodec::blob),
                        number(in),
                        bool(in),
                        vector(in),
                        bool(in),
                        bool(in),
                        in.isExhausted() ? null : nullable(in, BusCodec::fork));
            case BROADCAST -> {
                long number = number(in);
                yield new LinkMessage.Broadcast(
                        key, to, epoch, number, list(in, BusCodec::entry), numberOr(in, number));
            }
            case FOR_PLUGIN -> new LinkMessage.ForPlugin(key, to, epoch, text(in), blob(in));
            case HEARTBEAT -> {
                long number = number(in);
                yield new LinkMessage.Heartbeat(key, to, epoch, number, numberOr(in, number));
            }
            default -> throw new CrdtFormatException("Unknown bus message " + tag);
        };
    }

    private static void head(ByteWriter out, int tag, DocumentKey key, LinkAddress link) {
        out.writeByte(tag).writeByte(key.kind() == DocumentKind.AWARE ? 0 : 1).writeString(key.id());
        out.writeString(link.nodeId()).writeUvarint(link.gateway()).writeUvarint(link.number());
    }

    private static DocumentKey readKey(ByteReader in) {
        DocumentKind kind = in.readByte("kind") == 0 ? DocumentKind.AWARE : DocumentKind.RELAY;
        return new DocumentKey(kind, text(in));
    }

    private static void entry(ByteWriter out, LinkMessage.Entry entry) {
        out.writeBlob(entry.blob());
        nullable(out, entry.origin(), ByteWriter::writeString);
    }

    private static LinkMessage.Entry entry(ByteReader in) {
        return new LinkMessage.Entry(blob(in), nullable(in, BusCodec::text));
    }

    private static void fork(ByteWriter out, LinkMessage.Fork fork) {
        out.writeUvarint(fork.number());
        vector(out, fork.version());
    }

    private static LinkMessage.Fork fork(ByteReader in) {
        return new LinkMessage.Fork(number(in), vector(in));
    }

    private static void result(ByteWriter out, LinkMessage.Result result) {
        out.writeUvarint(result.submit()).writeByte(result.outcome().ordinal());
        out.writeUvarint(result.lastNumber()).writeUvarint(result.count()).writeUvarint(result.logLength());
        bool(out, result.compact());
        nullable(out, result.code(), ByteWriter::writeString);
        nullable(out, result.reason(), ByteWriter::writeString);
    }

    private static LinkMessage.Result result(ByteReader in) {
        long submit = number(in);
        int outcome = in.readByte("outcome");
        if (outcome >= LinkMessage.Outcome.values().length) {
            throw new CrdtFormatException("Unknown outcome " + outcome);
        }
        return new LinkMessage.Result(
                submit,
                LinkMessage.Outcome.values()[outcome],
                number(in),
                (int) number(in),
                number(in),
                bool(in),
                nullable(in, BusCodec::text),
                nullable(in, BusCodec::text));
    }

    private static void vector(ByteWriter out, VersionVector vector) {
        out.writeBlob(vector.encode());
    }

    private static VersionVector vector(ByteReader in) {
        return VersionVector.read(in.readBlobView("version vector"));
    }

    private static void bool(ByteWriter out, boolean value) {
        out.writeByte(value ? 1 : 0);
    }

    private static boolean bool(ByteReader in) {
        return in.readByte("flag") != 0;
    }

    private static long number(ByteReader in) {
        return in.readUvarint("number");
    }

    /** Owners of an earlier version tell of nothing that is not durable, and do not say so. */
    private static long numberOr(ByteReader in, long otherwise) {
        return in.isExhausted() ? otherwise : number(in);
    }

    private static byte[] blob(ByteReader in) {
        return in.readBlob("blob");
    }

    private static String text(ByteReader in) {
        return in.readString("text");
    }

    private static <T> void nullable(ByteWriter out, T value, BiConsumer<ByteWriter, T> write) {
        bool(out, value != null);
        if (value != null) {
            write.accept(out, value);
        }
    }

    private static <T> T nullable(ByteReader in, Function<ByteReader, T> read) {
        return bool(in) ? read.apply(in) : null;
    }

    private static <T> void list(ByteWriter out, List<T> values, BiConsumer<ByteWriter, T> write) {
        out.writeUvarint(values.size());
        values.forEach(value -> write.accept(out, value));
    }

    private static <T> List<T> list(ByteReader in, Function<ByteReader, T> read) {
        int count = in.readCount(1, "list");
        List<T> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(read.apply(in));
        }
        return values;
    }
}
