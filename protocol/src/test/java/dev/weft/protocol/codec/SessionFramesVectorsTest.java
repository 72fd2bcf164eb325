package dev.weft.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every frame of the recorded sessions: what stock peers sent is read, and written again byte for byte. */
class SessionFramesVectorsTest {
    private static final MessageCodec AWARE =
            new MessageCodec(WireMode.AWARE, FrameLimits.DEFAULT, List.of(new AwarenessCodec()));

    private static final Map<String, Integer> RAN = new TreeMap<>();

    @AfterAll
    static void printCounts() {
        RAN.forEach((name, frames) -> System.out.println("vectors sessions/" + name + ": " + frames + " frames ran"));
    }

    @TestFactory
    List<DynamicTest> frames() {
        List<String> names = Vectors.names("sessions");
        assertThat(names).as("recorded sessions").isNotEmpty();
        return names.stream()
                .map(name -> dynamicTest(name, () -> RAN.put(name, run(Vectors.read("sessions/" + name)))))
                .toList();
    }

    /** @return how many frames there are */
    private static int run(JsonNode session) {
        boolean relay = session.get("server").get("kind").textValue().equals("relay");
        List<JsonNode> frames = framesOf(session);
        Set<String> stock = new HashSet<>();
        session.get("clients").forEach(client -> stock.add(client.get("label").textValue()));
        for (int i = 0; i < frames.size(); i++) {
            JsonNode frame = frames.get(i);
            boolean fromServer = frame.get("dir").textValue().equals("s2c");
            MessageCodec codec = codec(frame, relay);
            byte[] bytes = frame.has("frame")
                    ? Vectors.bytes(frame.get("frame"))
                    : frame.get("text").textValue().getBytes(UTF_8);
            if (fromServer || stock.contains(frame.get("client").textValue()) && !isOfOtherMode(session)) {
                assertThat(new String(codec.withCompressor(Compressor.IDENTITY).encode(codec.decode(bytes)), UTF_8))
                        .isEqualTo(frame.get("text").textValue());
            } else {
                expectTheRecordedReaction(codec, bytes, relay, i + 1 < frames.size() ? frames.get(i + 1) : null);
            }
        }
        return frames.size();
    }

    private static MessageCodec codec(JsonNode frame, boolean relay) {
        MessageCodec codec = AWARE.inMode(relay ? WireMode.RELAY : WireMode.AWARE);
        return frame.has("compressed") ? codec.withCompressor(Compressor.GZIP) : codec;
    }

    /** Whether the recorded clients came to a server of the other mode, which cannot read their frames. */
    private static boolean isOfOtherMode(JsonNode session) {
        String mode = session.get("server").get("kind").textValue();
        for (JsonNode client : session.get("clients")) {
            if (client.path("kind").asText(mode).equals(mode)) {
                return false;
            }
        }
        return !session.get("clients").isEmpty();
    }

    private static List<JsonNode> framesOf(JsonNode session) {
        List<JsonNode> frames = new ArrayList<>();
        for (JsonNode event : session.get("events")) {
            boolean data = event.path("opcode").asText().matches("text|binary");
            if (event.path("kind").asText().equals("frame") && data) {
                frames.add(event);
            }
        }
        return frames;
    }

    /** Odd frames: what the relay says about them is what the refusal says it should. */
    private static void expectTheRecordedReaction(MessageCodec codec, byte[] bytes, boolean relay, JsonNode next) {
        try {
            codec.decode(bytes);
        } catch (MalformedMessageException refusal) {
            boolean answered = next != null && next.path("type").asInt(-1) == 7;
            assertThat(relay && refusal.isAnsweredByRelay())
                    .as(new String(bytes, UTF_8))
                    .isEqualTo(relay && answered);
            if (relay && answered) {
                ErrorMessage answer =
                        (ErrorMessage) codec.decode(next.get("text").textValue());
                String named = refusal.documentId() == null ? "" : refusal.documentId();
                assertThat(answer.documentId()).isEqualTo(named);
                assertThat(answer.code()).isEqualTo(ErrorCode.INVALID_MESSAGE);
            }
        }
    }
}
