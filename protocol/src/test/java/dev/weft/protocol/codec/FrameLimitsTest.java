package dev.weft.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.codec.MalformedMessageException.Bound;
import dev.weft.protocol.codec.MalformedMessageException.Reason;
import dev.weft.protocol.message.Ping;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameLimitsTest {
    // In the order of the record: frame, inflated, depth, string, name, changes, document id, vector, plugin values.
    private static final FrameLimits SMALL = new FrameLimits(2000, 3000, 5, 1000, 50, 3, 8, 2, 20);

    private final MessageCodec codec = new MessageCodec(WireMode.ANY, SMALL, List.of(new AwarenessCodec()));

    @Test
    void boundsTheFrame() {
        String ping = "{\"type\":5,\"documentId\":\"d\",\"timestamp\":1}";
        assertAccepted(ping + " ".repeat(2000 - ping.length()));
        assertOver(Bound.FRAME_BYTES, ping + " ".repeat(2001 - ping.length()));
    }

    @Test
    void boundsWhatAFrameInflatesTo() {
        MessageCodec gzip = codec.withCompressor(Compressor.GZIP);
        String ping = "{\"type\":5,\"documentId\":\"d\",\"timestamp\":1}";
        byte[] just = Compressor.GZIP.compress((ping + " ".repeat(3000 - ping.length())).getBytes(UTF_8));
        byte[] more = Compressor.GZIP.compress((ping + " ".repeat(3001 - ping.length())).getBytes(UTF_8));
        assertThat(gzip.decode(just)).isInstanceOf(Ping.class);
        assertThat(refusal(gzip, more).bound()).isEqualTo(Bound.INFLATED_BYTES);
    }

    // A frame of half a megabyte that would become half a gigabyte.
    @Test
    void stopsADecompressionBombEarly() {
        byte[] zeros = new byte[1 << 20];
        byte[] member = Compressor.GZIP.compress(zeros);
        byte[] bomb = new byte[member.length * 500];
        for (int i = 0; i < 500; i++) {
            System.arraycopy(member, 0, bomb, i * member.length, member.length);
        }
        MessageCodec gzip = MessageCodec.of(WireMode.ANY).withCompressor(Compressor.GZIP);
        assertThat(refusal(gzip, bomb).bound()).isEqualTo(Bound.INFLATED_BYTES);
    }

    @Test
    void boundsTheDepthOfTheJson() {
        assertAccepted("{\"type\":5,\"documentId\":\"d\",\"timestamp\":1,\"x\":[[[[]]]]}");
        assertOver(Bound.JSON_DEPTH, "{\"type\":5,\"documentId\":\"d\",\"timestamp\":1,\"x\":[[[[[]]]]]}");
    }

    @Test
    void boundsOneString() {
        assertAccepted("{\"type\":7,\"documentId\":\"d\",\"code\":\"c\",\"message\":\"" + "m".repeat(1000) + "\"}");
        assertOver(
                Bound.VALUES,
                "{\"type\":7,\"documentId\":\"d\",\"code\":\"c\",\"message\":\"" + "m".repeat(1001) + "\"}");
    }

    @Test
    void boundsOneKey() {
        assertAccepted("{\"type\":26,\"documentId\":\"d\",\"" + "k".repeat(50) + "\":1}");
        assertOver(Bound.VALUES, "{\"type\":26,\"documentId\":\"d\",\"" + "k".repeat(51) + "\":1}");
    }

    @Test
    void boundsTheChangesOfOneFrame() {
        assertAccepted("{\"type\":22,\"documentId\":\"d\",\"changes\":[\"\",\"\",\"\"]}");
        assertOver(Bound.CHANGES, "{\"type\":22,\"documentId\":\"d\",\"changes\":[\"\",\"\",\"\",\"\"]}");
    }

    @Test
    void boundsTheDocumentIdAndDoesNotEchoALongerOne() {
        assertAccepted("{\"type\":26,\"documentId\":\"12345678\"}");
        assertOver(Bound.DOCUMENT_ID, "{\"type\":26,\"documentId\":\"123456789\"}");
        assertThat(refusal(codec, "{\"type\":26,\"documentId\":\"123456789\"}".getBytes(UTF_8))
                        .documentId())
                .isNull();
    }

    @Test
    void boundsThePeersOfAVersionVector() {
        assertThat(codec.decode(codec.encode(pingWithPeers(2)))).isEqualTo(pingWithPeers(2));
        assertThat(refusal(codec, codec.encode(pingWithPeers(3))).bound()).isEqualTo(Bound.VERSION_VECTOR_PEERS);
    }

    private static Ping pingWithPeers(int peers) {
        VersionVector.Builder vector = VersionVector.builder();
        for (int i = 1; i <= peers; i++) {
            vector.update(new PeerId(i, i), i);
        }
        return new Ping("d", 1, vector.build());
    }

    @Test
    void boundsTheValuesOfAPluginMessage() {
        // type and documentId are values too, and so are state, clientId, metadata and the array.
        String update = "{\"type\":100,\"documentId\":\"d\",\"state\":{\"clientId\":\"c\",\"metadata\":{\"a\":[%s0]}}}";
        assertAccepted(String.format(update, "0,".repeat(14)));
        assertOver(Bound.VALUES, String.format(update, "0,".repeat(15)));
    }

    @Test
    void ignoresALongListOfCapabilities() {
        String many = "\"c\",".repeat(FrameLimits.CAPABILITIES_MAX) + "\"c\"";
        assertAccepted("{\"type\":20,\"documentId\":\"d\",\"author\":\"6f70c2ba-e177-4856-bfc8-d8ebf9b59466\","
                + "\"capabilities\":[" + many + "]}");
    }

    @Test
    void refusesSenselessBounds() {
        assertThatIllegalArgumentException().isThrownBy(() -> FrameLimits.ofFrameBytes(0));
        assertThatIllegalArgumentException().isThrownBy(() -> new FrameLimits(1, 1, 501, 1, 1, 1, 1, 1, 1));
        assertThat(FrameLimits.ofFrameBytes(Integer.MAX_VALUE).inflatedBytesMax())
                .isEqualTo(Integer.MAX_VALUE);
    }

    private void assertAccepted(String frame) {
        assertThat(codec.decode(frame)).isNotNull();
    }

    private void assertOver(Bound bound, String frame) {
        MalformedMessageException refusal = refusal(codec, frame.getBytes(UTF_8));
        assertThat(refusal.reason()).as(refusal.getMessage()).isEqualTo(Reason.OVER_LIMIT);
        assertThat(refusal.bound()).as(refusal.getMessage()).isEqualTo(bound);
    }

    private static MalformedMessageException refusal(MessageCodec codec, byte[] frame) {
        return catchThrowableOfType(MalformedMessageException.class, () -> codec.decode(frame));
    }
}
