package dev.weft.protocol.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.weft.crdt.codec.StrictUtf8;
import dev.weft.protocol.codec.MalformedMessageException.Bound;
import dev.weft.protocol.codec.MalformedMessageException.Reason;
import dev.weft.protocol.message.AwareMessage;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.MessageType;
import dev.weft.protocol.message.PluginMessage;
import dev.weft.protocol.message.RelayMessage;
import dev.weft.protocol.message.SharedMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.LongPredicate;

/**
 * Frames to messages and back (spec protocol 2). Decoding asks the mode's core messages first, then the plugins in
 * order; encoding writes any message whatever the mode. Immutable and safe for use by many threads.
 *
 * <p>Decoding is total: any bytes give a message or a {@link MalformedMessageException}, within {@link FrameLimits}.
 */
public final class MessageCodec {
    private static final int LARGE_FRAME_BYTES = 16 * 1024;

    private final WireMode mode;
    private final FrameLimits limits;
    private final List<PluginCodec> plugins;
    private final Compressor compressor;
    private final JsonFactory small;
    private final JsonFactory large;

    /** A codec for uncompressed frames. */
    public MessageCodec(WireMode mode, FrameLimits limits, List<PluginCodec> plugins) {
        this.mode = mode;
        this.limits = limits;
        this.plugins = List.copyOf(plugins);
        this.compressor = Compressor.IDENTITY;
        this.small = Json.factory(limits, false);
        this.large = Json.factory(limits, true);
    }

    private MessageCodec(MessageCodec other, WireMode mode, Compressor compressor) {
        this.mode = mode;
        this.limits = other.limits;
        this.plugins = other.plugins;
        this.compressor = compressor;
        this.small = other.small;
        this.large = other.large;
    }

    /** Without plugins, with the default limits. */
    public static MessageCodec of(WireMode mode) {
        return new MessageCodec(mode, FrameLimits.DEFAULT, List.of());
    }

    /** The same codec for another mode; shares what is expensive. */
    public MessageCodec inMode(WireMode mode) {
        return new MessageCodec(this, mode, compressor);
    }

    /** The same codec for frames of this compressor; shares what is expensive. */
    public MessageCodec withCompressor(Compressor compressor) {
        return new MessageCodec(this, mode, compressor);
    }

    public WireMode mode() {
        return mode;
    }

    public FrameLimits limits() {
        return limits;
    }

    public Compressor compressor() {
        return compressor;
    }

    /** @throws MalformedMessageException if the frame is not one message of this codec */
    public Message decode(byte[] frame) {
        return decode(frame, 0, frame.length);
    }

    /**
     * Reads the payload of a text frame; it means its UTF-8 bytes.
     *
     * @throws MalformedMessageException if the frame is not one message of this codec
     */
    public Message decode(String frame) {
        // Text is never longer than its bytes, so this spares encoding what is refused anyway.
        requireSize(frame.length());
        return decode(StrictUtf8.encode(frame));
    }

    /** @throws MalformedMessageException if the range is not one message of this codec */
    public Message decode(byte[] frame, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, frame.length);
        FrameFields fields = readFields(frame, offset, length);
        OptionalLong type = fields.type();
        try {
            return toMessage(type, fields);
        } catch (MalformedMessageException e) {
            throw e.in(type, fields.documentIdOrNull());
        }
    }

    private Message toMessage(OptionalLong type, FrameFields fields) {
        if (type.isEmpty()) {
            throw new MalformedMessageException(Reason.NO_TYPE, "type is missing or not an integer", null);
        }
        long code = type.getAsLong();
        if (mode.knows(code)) {
            return new MessageReader(fields, limits).read((int) code);
        }
        for (PluginCodec plugin : plugins) {
            if (knows(plugin, code)) {
                return decodeByPlugin(plugin, (int) code, fields);
            }
        }
        throw new MalformedMessageException(Reason.UNKNOWN_TYPE, "Unknown type " + code, null);
    }

    private static Message decodeByPlugin(PluginCodec plugin, int type, FrameFields fields) {
        String documentId = fields.documentId();
        try {
            return Objects.requireNonNull(plugin.decode(type, documentId, fields.tree()), "a known type");
        } catch (RuntimeException e) {
            // Whatever a plugin throws stays inside its frame; the reference lets it end the process.
            throw new MalformedMessageException(
                    Reason.BAD_FIELD, "Refused by the codec of type " + type + ": " + e.getMessage(), e);
        }
    }

    /**
     * The type code of a frame whatever the mode, as far as it can be told: empty unless the frame is a JSON object with
     * an integer {@code type}.
     */
    public OptionalLong typeOf(byte[] frame) {
        try {
            return readFields(frame, 0, frame.length).type();
        } catch (MalformedMessageException e) {
            return OptionalLong.empty();
        }
    }

    private FrameFields readFields(byte[] frame, int offset, int length) {
        requireSize(length);
        if (compressor == Compressor.IDENTITY) {
            return readJson(frame, offset, length);
        }
        byte[] inflated = inflate(frame, offset, length);
        return readJson(inflated, 0, inflated.length);
    }

    private byte[] inflate(byte[] frame, int offset, int length) {
        int max = limits.inflatedBytesMax();
        try (InputStream json = compressor.decompress(new ByteArrayInputStream(frame, offset, length))) {
            byte[] inflated = json.readNBytes(max);
            if (inflated.length == max && json.read() >= 0) {
                throw MalformedMessageException.over(Bound.INFLATED_BYTES, "A frame inflates beyond " + max, null);
            }
            return inflated;
        } catch (MalformedMessageException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // A compressor of the application's may throw anything at bytes it does not understand.
            throw new MalformedMessageException(Reason.NOT_JSON, "Not compressed as configured", e);
        }
    }

    private FrameFields readJson(byte[] frame, int offset, int length) {
        Utf8.requireValid(frame, offset, length);
        FrameFields fields = parse(frame, offset, length, this::isOfPlugin);
        OptionalLong type = fields.type();
        boolean wantsTree = type.isPresent() && isOfPlugin(type.getAsLong());
        // The first field told otherwise: type came late, or twice. Legal, and nobody does it.
        return fields.hasTree() == wantsTree ? fields : parse(frame, offset, length, wantsTree);
    }

    private FrameFields parse(byte[] frame, int offset, int length, LongPredicate isOfPlugin) {
        try (JsonParser parser = parser(frame, offset, length)) {
            return FrameFields.read(parser, limits, isOfPlugin);
        } catch (IOException e) {
            throw notJson(e);
        }
    }

    private FrameFields parse(byte[] frame, int offset, int length, boolean wantsTree) {
        try (JsonParser parser = parser(frame, offset, length)) {
            return wantsTree ? FrameFields.readTree(parser, limits) : FrameFields.read(parser, limits, type -> false);
        } catch (IOException e) {
            throw notJson(e);
        }
    }

    private JsonParser parser(byte[] frame, int offset, int length) throws IOException {
        return (length < LARGE_FRAME_BYTES ? small : large).createParser(frame, offset, length);
    }

    private static MalformedMessageException notJson(IOException e) {
        String message = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
        if (!(e instanceof StreamConstraintsException)) {
            return new MalformedMessageException(Reason.NOT_JSON, message, e);
        }
        // Only its words tell which of the parser's bounds it was.
        boolean isDepth = String.valueOf(message).contains("nesting depth");
        return MalformedMessageException.over(isDepth ? Bound.JSON_DEPTH : Bound.VALUES, message, e);
    }

    private void requireSize(int length) {
        if (length > limits.frameBytesMax()) {
            throw MalformedMessageException.over(
                    Bound.FRAME_BYTES, "A frame of " + length + " bytes, more than " + limits.frameBytesMax(), null);
        }
    }

    private boolean isOfPlugin(long type) {
        return !mode.knows(type) && plugins.stream().anyMatch(plugin -> knows(plugin, type));
    }

    private static boolean knows(PluginCodec plugin, long type) {
        return type >= MessageType.PLUGIN_CODE_MIN && type <= Integer.MAX_VALUE && plugin.knows((int) type);
    }

    /**
     * The frame of any message. Not bounded by the limits: those protect readers.
     *
     * @throws IllegalArgumentException if it is a plugin's and no codec here writes it, or its fields are no JSON
     */
    public byte[] encode(Message message) {
        if (message instanceof AwareMessage aware) {
            return compressor.compress(MessageWriter.write(aware));
        } else if (message instanceof SharedMessage shared) {
            return compressor.compress(MessageWriter.write(shared));
        } else if (message instanceof RelayMessage relay) {
            return compressor.compress(MessageWriter.write(relay));
        } else if (message instanceof PluginMessage plugin) {
            return compressor.compress(MessageWriter.write(plugin, pluginFields(plugin)));
        }
        throw new AssertionError(message);
    }

    private Map<String, Object> pluginFields(PluginMessage message) {
        for (PluginCodec plugin : plugins) {
            Map<String, Object> fields = plugin.encode(message);
            if (fields != null) {
                return fields;
            }
        }
        throw new IllegalArgumentException("No codec writes " + message.type());
    }
}
