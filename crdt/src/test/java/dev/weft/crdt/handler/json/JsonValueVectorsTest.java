package dev.weft.crdt.handler.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.Vectors;
import dev.weft.crdt.codec.CrdtFormatException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonValueVectorsTest {
    private static final JsonNode SECTION = Vectors.read("primitives.json").get("jsonValue");

    @Test
    void writesAndReadsTheRecordedBytes() {
        for (JsonNode recorded : SECTION.get("encode")) {
            Object value = JsonValueCodec.fromJson(recorded.get("json").textValue());
            byte[] bytes = JsonValueCodec.any().encode(value);
            assertThat(Vectors.hex(bytes))
                    .as(recorded.toString())
                    .isEqualTo(recorded.get("hex").textValue());
            assertThat(JsonValueCodec.any().decode(bytes))
                    .as(recorded.toString())
                    .isEqualTo(value);
        }
        Vectors.ran("primitives.json jsonValue.encode", SECTION.get("encode").size());
    }

    @Test
    void refusesWhatTheReferenceRefusesToWrite() {
        for (JsonNode recorded : SECTION.get("encodeErrors")) {
            Object value =
                    switch (recorded.get("value").textValue()) {
                        case "NaN" -> Double.NaN;
                        case "Infinity" -> Double.POSITIVE_INFINITY;
                        case "object" -> new Object();
                        default -> throw new AssertionError("Unknown case " + recorded);
                    };
            assertThatThrownBy(() -> JsonValueCodec.any().encode(value)).isInstanceOf(IllegalArgumentException.class);
        }
        Vectors.ran(
                "primitives.json jsonValue.encodeErrors",
                SECTION.get("encodeErrors").size());
    }

    @Test
    void readsAndRefusesTheRecordedTexts() {
        for (JsonNode recorded : SECTION.get("decode")) {
            byte[] bytes = recorded.get("text").textValue().getBytes(StandardCharsets.UTF_8);
            if (recorded.has("error")) {
                assertThatThrownBy(() -> JsonValueCodec.any().decode(bytes))
                        .as(recorded.toString())
                        .isInstanceOf(CrdtFormatException.class);
                continue;
            }
            JsonNode result = recorded.get("result");
            Object value = JsonValueCodec.any().decode(bytes);
            if (result.has("special")) {
                assertThat(String.valueOf(value))
                        .isEqualTo(result.get("special").textValue());
            } else {
                assertThat(JsonValueCodec.toJson(value))
                        .isEqualTo(result.get("json").textValue());
            }
        }
        Vectors.ran("primitives.json jsonValue.decode", SECTION.get("decode").size());
    }
}
