package dev.weft.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.codec.MalformedMessageException.Reason;
import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.DurableMessage;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.MessageType;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.PluginMessage;
import dev.weft.protocol.message.PositionMessage;
import dev.weft.protocol.message.ResumePoint;
import dev.weft.protocol.message.StateRequest;
import dev.weft.protocol.message.Welcome;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageCodecTest {
    private static final PeerId AUTHOR = PeerId.parse("6f70c2ba-e177-4856-bfc8-d8ebf9b59466");

    private final MessageCodec any = MessageCodec.of(WireMode.ANY);

    @Test
    void theFirstFrameOfASessionCanBeReadBeforeItsModeIsKnown() {
        assertThat(any.decode(
                        "{\"type\":0,\"documentId\":\"d\",\"author\":\"" + AUTHOR + "\",\"versionVector\":\"AA==\"}"))
                .isEqualTo(new HandshakeRequest("d", AUTHOR, VersionVector.EMPTY, Set.of()));
        assertThat(any.decode("{\"type\":20,\"documentId\":\"d\",\"author\":\"" + AUTHOR + "\"}"))
                .isEqualTo(new Hello("d", AUTHOR, Set.of()));
    }

    @Test
    void readsARangeOfALargerArray() {
        byte[] larger = "##{\"type\":26,\"documentId\":\"d\"}#".getBytes(UTF_8);
        assertThat(any.decode(larger, 2, larger.length - 3)).isEqualTo(new StateRequest("d"));
    }

    @Test
    void theLastOfEqualKeysWins() {
        assertThat(any.decode("{\"type\":5,\"documentId\":\"d\",\"timestamp\":\"no\",\"timestamp\":2,\"type\":5}"))
                .isEqualTo(new Ping("d", 2, null));
        assertThat(refusal("{\"type\":5,\"documentId\":\"d\",\"timestamp\":2,\"timestamp\":\"no\"}")
                        .reason())
                .isEqualTo(Reason.BAD_FIELD);
        assertThat(refusal("{\"type\":5,\"documentId\":\"d\",\"timestamp\":2,\"type\":\"5\"}")
                        .reason())
                .isEqualTo(Reason.NO_TYPE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1e3", "1E0", "9223372036854775808", "\"1\"", "null", "true", "[]", "{}"})
    void anIntegerIsALiteralOf64Bits(String timestamp) {
        String frame = "{\"type\":5,\"documentId\":\"d\",\"timestamp\":" + timestamp + "}";
        assertThat(refusal(frame).reason()).isEqualTo(Reason.BAD_FIELD);
    }

    @Test
    void keepsIntegersExactly() {
        for (long number : new long[] {0, -1, 9007199254740993L, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThat(any.decode(any.encode(new Ping("d", number, null)))).isEqualTo(new Ping("d", number, null));
        }
        assertThat(any.decode("{\"type\":5,\"documentId\":\"d\",\"timestamp\":-0}"))
                .isEqualTo(new Ping("d", 0, null));
    }

    @Test
    void escapesLikeTheReference() {
        String message = "\"\\/\b\t\n\f\r\u0000\u001f\u007f\u2028é😀\ud800x\udc00";
        String frame = new String(any.encode(new ErrorMessage("d", "C", message)), UTF_8);
        assertThat(frame)
                .isEqualTo(
                        "{\"type\":7,\"documentId\":\"d\",\"code\":\"C\",\"message\":\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0000"
                                + "\\u001f\u007f\u2028é😀\\ud800x\\udc00\"}");
        assertThat(any.decode(frame)).isEqualTo(new ErrorMessage("d", "C", message));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c3",
                "c328",
                "c0af",
                "e08080",
                "eda080",
                "f0808080",
                "f4908080",
                "f5808080",
                "ff",
                "80",
                "e282",
                "fe"
            })
    void refusesWhatIsNotUtf8(String hex) {
        byte[] prefix = "{\"type\":26,\"documentId\":\"".getBytes(UTF_8);
        byte[] bad = java.util.HexFormat.of().parseHex(hex);
        byte[] frame = new byte[prefix.length + bad.length + 2];
        System.arraycopy(prefix, 0, frame, 0, prefix.length);
        System.arraycopy(bad, 0, frame, prefix.length, bad.length);
        frame[frame.length - 2] = '"';
        frame[frame.length - 1] = '}';
        assertThat(refusal(frame).reason()).isEqualTo(Reason.NOT_JSON);
    }

    // The parser underneath would otherwise guess the encoding from zero bytes.
    @Test
    void doesNotReadUtf16OrUtf32() {
        String frame = "{\"type\":26,\"documentId\":\"d\"}";
        for (String charset : List.of("UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE")) {
            assertThat(refusal(frame.getBytes(java.nio.charset.Charset.forName(charset)))
                            .reason())
                    .as(charset)
                    .isEqualTo(Reason.NOT_JSON);
        }
    }

    @Test
    void toleratesOneByteOrderMark() {
        assertThat(any.decode("\ufeff{\"type\":26,\"documentId\":\"d\"}")).isEqualTo(new StateRequest("d"));
        assertThat(refusal("\ufeff\ufeff{\"type\":26,\"documentId\":\"d\"}").reason())
                .isEqualTo(Reason.NOT_JSON);
    }

    @Test
    void writesCapabilitiesOnlyWhenThereAreAny() {
        Set<String> asked = new LinkedHashSet<>(List.of(Capability.RESUME, Capability.ACK));
        HandshakeRequest request = new HandshakeRequest("d", AUTHOR, VersionVector.EMPTY, asked);
        String frame = new String(any.encode(request), UTF_8);
        assertThat(frame).endsWith(",\"versionVector\":\"AA==\",\"capabilities\":[\"ack\",\"resume\"]}");
        assertThat(any.decode(frame)).isEqualTo(request);
        assertThat(new String(any.encode(new Hello("d", AUTHOR, Set.of())), UTF_8))
                .doesNotContain("capabilities");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "1", "\"ack\"", "{\"ack\":true}", "[1]", "[\"ack\",null]", "[[]]", "[]"})
    void capabilitiesThatMakeNoSenseCountAsNone(String capabilities) {
        String hello =
                "{\"type\":20,\"documentId\":\"d\",\"author\":\"" + AUTHOR + "\",\"capabilities\":" + capabilities;
        assertThat(any.decode(hello + "}")).isEqualTo(new Hello("d", AUTHOR, Set.of()));
    }

    @Test
    void writesFromWhereASessionGoesOnOnlyIfItDoes() {
        HandshakeRequest request = new HandshakeRequest(
                "d", AUTHOR, VersionVector.EMPTY, Set.of(Capability.RESUME), new ResumePoint("n1", 7));
        assertThat(new String(any.encode(request), UTF_8))
                .endsWith("\"capabilities\":[\"resume\"],\"resume\":\"n1\",\"resumeAfter\":7}");
        assertThat(any.decode(any.encode(request))).isEqualTo(request);
        Hello hello = new Hello("d", AUTHOR, Set.of());
        assertThat(new String(any.encode(hello), UTF_8)).doesNotContain("resume");
        Welcome welcome =
                new Welcome("d", "s", null, List.of(), 7, 7, false, Set.of(Capability.RESUME), ResumePoint.of("n1"));
        assertThat(new String(any.encode(welcome), UTF_8)).endsWith(",\"resume\":\"n1\"}");
        assertThat(any.decode(any.encode(welcome))).isEqualTo(welcome);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null,\"resumeAfter\":1", "\"n1\"", "\"n1\",\"resumeAfter\":-1", "7,\"resumeAfter\":7"})
    void aPlaceThatMakesNoSenseCountsAsNone(String resume) {
        String hello = "{\"type\":20,\"documentId\":\"d\",\"author\":\"" + AUTHOR + "\",\"resume\":" + resume;
        assertThat(any.decode(hello + "}")).isEqualTo(new Hello("d", AUTHOR, Set.of()));
    }

    @Test
    void writesPosition() {
        assertThat(new String(any.encode(new PositionMessage("d", 7)), UTF_8))
                .isEqualTo("{\"type\":10,\"documentId\":\"d\",\"seq\":7}");
    }

    @Test
    void writesDurable() {
        assertThat(new String(any.encode(new DurableMessage("d", VersionVector.EMPTY)), UTF_8))
                .isEqualTo("{\"type\":9,\"documentId\":\"d\",\"versionVector\":\"AA==\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "-1, true",
        "0, true",
        "4, true",
        "5, false",
        "6, false",
        "7, false",
        "8, true",
        "9, true",
        "10, true",
        "19, true",
        "20, false",
        "22, false",
        "99, false",
        "100, false"
    })
    void aRelayAnswersUnusableFramesOfTheOtherMode(int type, boolean answered) {
        MessageCodec relay = MessageCodec.of(WireMode.RELAY);
        String frame = "{\"type\":" + type + ",\"documentId\":\"room\"}";
        MalformedMessageException refusal = refusal(relay, frame.getBytes(UTF_8));
        assertThat(refusal.isAnsweredByRelay()).isEqualTo(answered);
        assertThat(refusal.type()).hasValue(type);
        assertThat(refusal.documentId()).isEqualTo("room");
    }

    @ParameterizedTest
    @CsvSource({"0, true, false", "2, false, false", "20, true, false", "99, false, false", "100, false, true"})
    void tellsHandshakesAndForeignPluginsFromOtherFaults(int type, boolean handshake, boolean foreign) {
        MalformedMessageException refusal = refusal("{\"type\":" + type + ",\"documentId\":\"d\"}");
        assertThat(refusal.isHandshake()).isEqualTo(handshake);
        assertThat(refusal.isOfUnknownPlugin()).isEqualTo(foreign);
    }

    @Test
    void saysNothingAboutAFrameThatIsNoJson() {
        MalformedMessageException refusal = refusal("{\"type\":2,\"documentId\":\"d\"");
        assertThat(refusal.reason()).isEqualTo(Reason.NOT_JSON);
        assertThat(refusal.type()).isEmpty();
        assertThat(refusal.documentId()).isNull();
        assertThat(refusal.isAnsweredByRelay()).isFalse();
    }

    @Test
    void asksPluginsInOrderAndOnlyAboveTheirRange() {
        MessageCodec codec =
                new MessageCodec(WireMode.ANY, FrameLimits.DEFAULT, List.of(new Echo("first"), new Echo("second")));
        assertThat(codec.decode("{\"type\":200,\"documentId\":\"d\",\"n\":[1,{\"a\":2.5}]}"))
                .isEqualTo(new Echoed(
                        "d", "first", Map.of("type", 200L, "documentId", "d", "n", List.of(1L, Map.of("a", 2.5)))));
        assertThat(refusal(codec, "{\"type\":99,\"documentId\":\"d\"}".getBytes(UTF_8))
                        .reason())
                .isEqualTo(Reason.UNKNOWN_TYPE);
        assertThat(refusal(codec, "{\"type\":4294967496,\"documentId\":\"d\"}".getBytes(UTF_8))
                        .reason())
                .isEqualTo(Reason.UNKNOWN_TYPE);
    }

    @Test
    void aPluginSeesAllFieldsWhereverTypeStands() {
        MessageCodec codec = new MessageCodec(WireMode.ANY, FrameLimits.DEFAULT, List.of(new Echo("e")));
        Message early = codec.decode("{\"type\":200,\"a\":1,\"documentId\":\"d\"}");
        assertThat(codec.decode("{\"a\":1,\"documentId\":\"d\",\"type\":200}")).isEqualTo(early);
        assertThat(codec.decode("{\"type\":5,\"a\":1,\"documentId\":\"d\",\"type\":200}"))
                .isEqualTo(early);
        assertThat(codec.decode("{\"type\":200,\"a\":1,\"documentId\":\"d\",\"type\":5,\"timestamp\":3}"))
                .isEqualTo(new Ping("d", 3, null));
    }

    @Test
    void whatAPluginThrowsCostsOneFrame() {
        MessageCodec codec =
                new MessageCodec(WireMode.ANY, FrameLimits.DEFAULT, List.of(new Echo("throw"), new Echo("e")));
        MalformedMessageException refusal = refusal(codec, "{\"type\":200,\"documentId\":\"d\"}".getBytes(UTF_8));
        assertThat(refusal.reason()).isEqualTo(Reason.BAD_FIELD);
        assertThat(refusal).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(refusal.documentId()).isEqualTo("d");
    }

    @Test
    void refusesToWriteAMessageNobodyCanWrite() {
        assertThatIllegalArgumentException().isThrownBy(() -> any.encode(new Echoed("d", "e", Map.of())));
    }

    private MalformedMessageException refusal(String frame) {
        return refusal(frame.getBytes(UTF_8));
    }

    private MalformedMessageException refusal(byte[] frame) {
        return refusal(any, frame);
    }

    private static MalformedMessageException refusal(MessageCodec codec, byte[] frame) {
        return catchThrowableOfType(MalformedMessageException.class, () -> codec.decode(frame));
    }

    private record Echoed(String documentId, String by, Map<String, Object> fields) implements PluginMessage {
        @Override
        public MessageType type() {
            return new MessageType(200, "echoed");
        }
    }

    private record Echo(String name) implements PluginCodec {
        @Override
        public boolean knows(int type) {
            assertThat(type).isGreaterThanOrEqualTo(MessageType.PLUGIN_CODE_MIN);
            return type == 200;
        }

        @Override
        public PluginMessage decode(int type, String documentId, JsonObject object) {
            if (name.equals("throw")) {
                throw new IllegalStateException("by the plugin");
            }
            return new Echoed(documentId, name, object.values());
        }

        @Override
        public Map<String, Object> encode(PluginMessage message) {
            return null;
        }
    }
}
