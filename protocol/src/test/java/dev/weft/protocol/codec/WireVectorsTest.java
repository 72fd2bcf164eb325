package dev.weft.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.codec.MalformedMessageException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** Every case of {@code wire.json} in every codec column it lists. */
class WireVectorsTest {
    private static final JsonNode WIRE = Vectors.read("wire.json");
    private static final Map<String, Integer> RAN = new TreeMap<>();

    private static final MessageCodec SYNC_AWARENESS =
            new MessageCodec(WireMode.AWARE, FrameLimits.DEFAULT, List.of(new AwarenessCodec()));

    private static final Map<String, MessageCodec> CODECS = Map.of(
            "sync", MessageCodec.of(WireMode.AWARE),
            "sync+awareness", SYNC_AWARENESS,
            "sync+gzip", SYNC_AWARENESS.withCompressor(Compressor.GZIP),
            "relay", MessageCodec.of(WireMode.RELAY),
            "relay+awareness", SYNC_AWARENESS.inMode(WireMode.RELAY),
            "relay+gzip", SYNC_AWARENESS.inMode(WireMode.RELAY).withCompressor(Compressor.GZIP));

    /**
     * What Weft does differently on purpose: these are its extensions, so that a type 9 or 10 without its fields is
     * malformed instead of unknown. Both cost the frame and nothing else.
     */
    private static final Set<OptionalLong> OUR_TYPES = Set.of(OptionalLong.of(9), OptionalLong.of(10));

    /**
     * How lenient gzip is belongs to the compressor, not to the protocol. The reference's reads a stream whose trailer is
     * cut off, and zlib instead of gzip; ours refuses both.
     */
    private static final Set<String> STRICTER_GZIP = Set.of("truncated gzip", "zlib stream");

    @AfterAll
    static void printCounts() {
        System.out.println("wire.json cases run: " + RAN);
    }

    @TestFactory
    List<DynamicTest> messages() {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : WIRE.get("messages")) {
            vector.get("codecs").properties().forEach(column -> {
                String outcome = column.getValue().textValue();
                byte[] frame = vector.get("json").textValue().getBytes(UTF_8);
                tests.add(test("messages", vector, column.getKey(), codec -> {
                    expect(codec, frame, outcome, vector.get("decoded"));
                    if (outcome.equals("message")) {
                        assertThat(new String(codec.encode(codec.decode(frame)), UTF_8))
                                .isEqualTo(withListForNull(vector));
                    }
                }));
            });
        }
        return tests;
    }

    /**
     * The reference tells an absent list of changes from an empty one, and nothing follows from it (spec protocol 5.4);
     * here both are an empty list, and are written as the reference's server writes them.
     */
    private static String withListForNull(JsonNode vector) {
        return vector.get("json").textValue().replace("\"changes\":null", "\"changes\":[]");
    }

    @TestFactory
    List<DynamicTest> gzip() {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : WIRE.get("gzip")) {
            byte[] frame = Vectors.bytes(vector.get("frame"));
            tests.add(test("gzip", vector, vector.get("codec").textValue(), codec -> {
                MessageCodec plainCodec = codec.withCompressor(Compressor.IDENTITY);
                byte[] plain = plainCodec.encode(codec.decode(frame));
                assertThat(new String(plain, UTF_8)).isEqualTo(withListForNull(vector));
                assertThat(plainCodec.encode(codec.decode(codec.encode(codec.decode(frame)))))
                        .isEqualTo(plain);
                assertThat(Compressor.sniff(frame)).isSameAs(Compressor.GZIP);
                assertThat(Compressor.sniff(plain)).isSameAs(Compressor.IDENTITY);
            }));
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> malformed() {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : WIRE.get("malformed")) {
            byte[] frame = Vectors.bytes(vector.get("frame"));
            vector.get("results").properties().forEach(column -> {
                JsonNode result = column.getValue();
                // A list with a wrong element: the reference fails when it uses the list, half-way through (P24).
                boolean refused = result.has("fieldError")
                        || STRICTER_GZIP.contains(vector.get("name").textValue());
                String outcome = refused ? "error" : result.get("outcome").textValue();
                tests.add(test(
                        "malformed",
                        vector,
                        column.getKey(),
                        codec -> expect(codec, frame, outcome, result.get("decoded"))));
            });
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> typesOfMalformed() {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : WIRE.get("malformed")) {
            JsonNode type = vector.get("typeOrNull");
            tests.add(test(
                    "typeOrNull", vector, "sync", codec -> assertThat(codec.typeOf(Vectors.bytes(vector.get("frame"))))
                            .isEqualTo(type.isNull() ? OptionalLong.empty() : OptionalLong.of(type.longValue()))));
        }
        return tests;
    }

    private static void expect(MessageCodec codec, byte[] frame, String outcome, JsonNode decoded) {
        if (outcome.equals("message")) {
            DecodedFields.assertEqual(codec.decode(frame), decoded);
            return;
        }
        MalformedMessageException refusal =
                catchThrowableOfType(MalformedMessageException.class, () -> codec.decode(frame));
        assertThat(refusal).as("refusal").isNotNull();
        if (!OUR_TYPES.contains(refusal.type())) {
            assertThat(refusal.reason() == Reason.UNKNOWN_TYPE)
                    .as(refusal.toString())
                    .isEqualTo(outcome.equals("null"));
        }
    }

    private static DynamicTest test(String section, JsonNode vector, String column, Case body) {
        String name = vector.get("name").textValue() + " / " + column;
        Executable run = () -> {
            assertThat(CODECS).as("a codec for the column").containsKey(column);
            body.run(CODECS.get(column));
            RAN.merge(section + " " + column, 1, Integer::sum);
        };
        return dynamicTest(name, run);
    }

    private interface Case {
        void run(MessageCodec codec);
    }
}
