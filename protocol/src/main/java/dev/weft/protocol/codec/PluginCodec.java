package dev.weft.protocol.codec;

import dev.weft.protocol.message.PluginMessage;
import java.util.Map;

/**
 * The messages of one plugin (spec protocol 7). Sees JSON that was already parsed, so that a frame is parsed once
 * however many plugins there are. Implementations are stateless; calls come from many threads.
 */
public interface PluginCodec {
    /**
     * The message in this object, or null when the type is another plugin's. Whatever it throws makes the frame
     * malformed; later codecs are then not asked.
     *
     * @param type 100 or above
     * @param documentId the field every message has
     */
    PluginMessage decode(int type, String documentId, JsonObject object);

    /** Whether {@link #decode} would take this type. */
    boolean knows(int type);

    /**
     * The fields to write behind {@code type} and {@code documentId}, in order, or null when the message is another
     * plugin's. Values as in {@link JsonObject}; {@link Integer} and {@link Float} are fine too.
     */
    Map<String, Object> encode(PluginMessage message);
}
