package dev.weft.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.codec.Compressor;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.conformance.RawSocket.Frame;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.Vectors;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every frame of {@code wire.json}, sent to a gateway as the first one of a connection: what is a message in either mode is
 * not complained of, what is none is, and the connection survives both.
 */
class WireFramesIT {
    private static final int PLUGIN_TYPE_MIN = 100;

    private static Server server;
    private static int framesRun;

    @BeforeAll
    static void start() {
        server = RawClient.await(Server.start(
                ServerOptions.DEFAULT.withGateway(
                        GatewayOptions.DEFAULT.withHost("localhost").withPort(0)),
                InMemoryDocumentStore.unshared()));
    }

    @AfterAll
    static void stop() {
        RawClient.await(server.stop());
        System.out.println("wire frames against a gateway, run: " + framesRun);
    }

    static Stream<Arguments> messages() {
        return objects("messages")
                .map(vector -> Arguments.of(
                        vector.getString("name"), vector.getString("json").getBytes(StandardCharsets.UTF_8)));
    }

    static Stream<Arguments> compressed() {
        return objects("gzip").map(vector -> Arguments.of(vector.getString("name"), frameOf(vector)));
    }

    static Stream<Arguments> malformed() {
        return objects("malformed").map(vector -> Arguments.of(vector.getString("name"), vector));
    }

    private static Stream<JsonObject> objects(String section) {
        return Vectors.read("wire.json").getJsonArray(section).stream().map(JsonObject.class::cast);
    }

    private static byte[] frameOf(JsonObject vector) {
        return Base64.getDecoder().decode(vector.getString("frame"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"messages", "compressed"})
    void whatIsAMessageIsTakenForOne(String name, byte[] frame) {
        assertThat(complaintsAbout(frame)).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void whatIsNoneCostsItselfOnly(String name, JsonObject vector) {
        byte[] frame = frameOf(vector);
        List<String> complaints = complaintsAbout(frame);
        if (Compressor.sniff(frame) == Compressor.GZIP
                || results(vector).findAny().isEmpty()) {
            // How lenient a compressor is belongs to the compressor, and a gateway speaks to each client as that does.
            return;
        }
        Integer type = vector.getInteger("typeOrNull");
        boolean isOfUnknownPlugin = type != null && type >= PLUGIN_TYPE_MIN && isUnknown(vector);
        if (isMessage(vector) || isOfUnknownPlugin) {
            assertThat(complaints).isEmpty();
        } else {
            assertThat(complaints).isNotEmpty().first().isEqualTo("INVALID_MESSAGE");
        }
    }

    private static boolean isMessage(JsonObject vector) {
        return results(vector)
                .anyMatch(result -> result.getString("outcome").equals("message") && !result.containsKey("fieldError"));
    }

    private static boolean isUnknown(JsonObject vector) {
        return results(vector).allMatch(result -> result.getString("outcome").equals("null"));
    }

    private static Stream<JsonObject> results(JsonObject vector) {
        JsonObject results = vector.getJsonObject("results");
        return results.fieldNames().stream()
                .filter(column -> !column.endsWith("+gzip"))
                .map(results::getJsonObject);
    }

    /** The codes of the errors that come before the answer to a ping that follows the frame. */
    private static List<String> complaintsAbout(byte[] frame) {
        boolean isCompressed = Compressor.sniff(frame) == Compressor.GZIP;
        byte[] ping = "{\"type\":5,\"documentId\":\"the end\",\"timestamp\":1}".getBytes(StandardCharsets.UTF_8);
        List<String> complaints = new ArrayList<>();
        try (RawSocket socket = RawSocket.connect(server.port())) {
            socket.binary(frame);
            socket.binary(isCompressed ? Compressor.GZIP.compress(ping) : ping);
            while (true) {
                JsonObject message = messageOf(socket.next(), isCompressed);
                if (message.getInteger("type") == 7) {
                    String code = message.getString("code");
                    if (code.equals("INVALID_MESSAGE") || code.equals("HANDSHAKE_FAILED")) {
                        complaints.add(code);
                    }
                } else if ("the end".equals(message.getString("documentId"))) {
                    framesRun++;
                    return complaints;
                }
            }
        }
    }

    private static JsonObject messageOf(Frame frame, boolean isCompressed) {
        assertThat(frame.opcode()).isEqualTo(RawSocket.BINARY);
        try {
            byte[] json = isCompressed
                    ? Compressor.GZIP
                            .decompress(new ByteArrayInputStream(frame.payload()))
                            .readAllBytes()
                    : frame.payload();
            return new JsonObject(new String(json, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
