package dev.weft.protocol.awareness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.codec.MalformedMessageException;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AwarenessCodecTest {
    private final MessageCodec codec =
            new MessageCodec(WireMode.RELAY, FrameLimits.DEFAULT, List.of(new AwarenessCodec()));

    @Test
    void keepsTheOrderAndTheKindOfMetadata() {
        String frame =
                "{\"type\":100,\"documentId\":\"d\",\"state\":{\"clientId\":\"c\",\"metadata\":{\"z\":1,\"a\":1.0,"
                        + "\"m\":[null,true,{}],\"b\":9223372036854775807,\"c\":1e+21,\"d\":0.00001,\"e\":1e-7,\"f\":12345678.5}}}";
        AwarenessUpdate update = (AwarenessUpdate) codec.decode(frame);
        assertThat(update.state().metadata().keySet()).containsExactly("z", "a", "m", "b", "c", "d", "e", "f");
        assertThat(update.state().metadata()).containsEntry("z", 1L).containsEntry("a", 1.0);
        assertThat(new String(codec.encode(update), UTF_8)).isEqualTo(frame);
    }

    @Test
    void acceptsJavaNumbersInMetadata() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("int", 7);
        metadata.put("float", 0.5f);
        metadata.put("nothing", null);
        byte[] frame = codec.encode(new AwarenessUpdate("d", new ClientAwareness("c", metadata)));
        assertThat(new String(frame, UTF_8)).contains("{\"int\":7,\"float\":0.5,\"nothing\":null}");
    }

    @Test
    void keepsTheDocumentNamedInside() {
        String frame = "{\"type\":102,\"documentId\":\"d\",\"awareness\":{\"documentId\":\"e\",\"states\":"
                + "{\"key\":{\"clientId\":\"other\",\"metadata\":{}}}}}";
        AwarenessState state = (AwarenessState) codec.decode(frame);
        assertThat(state.awareness().documentId()).isEqualTo("e");
        assertThat(state.awareness().states()).containsEntry("key", ClientAwareness.empty("other"));
        assertThat(new String(codec.encode(state), UTF_8)).isEqualTo(frame);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":102,\"documentId\":\"d\"}",
                "{\"type\":102,\"documentId\":\"d\",\"awareness\":{\"states\":{}}}",
                "{\"type\":102,\"documentId\":\"d\",\"awareness\":{\"documentId\":\"d\"}}",
                "{\"type\":102,\"documentId\":\"d\",\"awareness\":{\"documentId\":\"d\",\"states\":{\"a\":null}}}",
                "{\"type\":102,\"documentId\":\"d\",\"awareness\":{\"documentId\":\"d\",\"states\":{\"a\":{\"clientId\":1}}}}",
                "{\"type\":101}"
            })
    void refusesIncompleteStates(String frame) {
        assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> codec.decode(frame));
    }

    // The reference reads an infinity here and fails when it sends the state on to the others.
    @ParameterizedTest
    @ValueSource(strings = {"1e999", "-1e999"})
    void refusesNumbersThatCannotBeWrittenAgain(String number) {
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> codec.decode("{\"type\":100,\"documentId\":\"d\",\"state\":{\"clientId\":\"c\","
                        + "\"metadata\":{\"n\":" + number + "}}}"));
    }

    @Test
    void metadataIsACopy() {
        Map<String, Object> metadata = new LinkedHashMap<>(Map.of("a", 1L));
        ClientAwareness client = new ClientAwareness("c", metadata);
        metadata.clear();
        assertThat(client.metadata()).containsEntry("a", 1L);
    }
}
