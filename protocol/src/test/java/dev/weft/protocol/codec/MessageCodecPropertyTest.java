package dev.weft.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageCodecPropertyTest {
    private static final int MESSAGES = 20_000;

    private final MessageCodec codec =
            new MessageCodec(WireMode.ANY, FrameLimits.DEFAULT, List.of(new AwarenessCodec()));
    private final long seed = Seeds.next(getClass());
    private final Random random = new Random(seed);
    private final RandomMessages messages = new RandomMessages(random);
    // Escaped, because it would write lone surrogates as question marks.
    private final ObjectMapper tree =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    @Test
    void decodeUndoesEncode() {
        for (int i = 0; i < MESSAGES; i++) {
            Message message = messages.next();
            byte[] frame = codec.encode(message);
            assertSame(codec.decode(frame), message);
            assertSame(codec.decode(new String(frame, UTF_8)), message);
        }
    }

    @Test
    void theOrderOfKeysAndForeignFieldsDoNotMatter() throws IOException {
        for (int i = 0; i < MESSAGES / 4; i++) {
            Message message = messages.next();
            JsonNode fields = tree.readTree(codec.encode(message));
            List<String> names = new ArrayList<>();
            fields.fieldNames().forEachRemaining(names::add);
            Collections.shuffle(names, random);
            ObjectNode shuffled = tree.createObjectNode();
            for (String name : names) {
                shuffled.putObject("x-" + name).putArray("type").add(1);
                shuffled.set(name, fields.get(name));
            }
            byte[] frame = tree.writeValueAsString(shuffled).getBytes(UTF_8);
            assertSame(codec.decode(frame), message);
            assertThat(codec.typeOf(frame)).hasValue(message.type().code());
        }
    }

    @Test
    void compressionDoesNotShow() {
        MessageCodec gzip = codec.withCompressor(Compressor.GZIP);
        for (int i = 0; i < MESSAGES / 10; i++) {
            Message message = messages.next();
            assertSame(gzip.decode(gzip.encode(message)), message);
        }
    }

    private void assertSame(Message actual, Message expected) {
        assertThat(codec.encode(actual)).isEqualTo(codec.encode(expected));
        if (expected instanceof HandshakeResponse || expected instanceof DocumentStatus) {
            // Snapshots hold arrays, which only their bytes compare.
            assertThat(actual).hasSameClassAs(expected);
        } else {
            assertThat(actual).isEqualTo(expected);
        }
    }
}
