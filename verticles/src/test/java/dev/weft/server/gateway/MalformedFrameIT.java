package dev.weft.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.kit.RawClient;
import dev.weft.server.storage.InMemoryDocumentStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that are no messages: they cost themselves, and the connection goes on. */
class MalformedFrameIT {
    private static Server server;

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
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "[5]",
                "{}",
                "{\"type\":\"2\",\"documentId\":\"d\"}",
                "{\"type\":2,\"documentId\":\"d\",\"change\":\"AgBvcMK64X\"}",
                "{\"type\":2,\"documentId\":\"d\",\"change\":\"AP//////\"}",
                "{\"type\":5,\"documentId\":\"d\",\"timestamp\":1.0}",
                "{\"type\":19,\"documentId\":\"d\"}",
            })
    void areAnsweredWithoutHarm(String frame) {
        try (RawClient client = RawClient.connect(server.vertx(), server.port())) {
            client.sendText(frame);
            assertThat(client.next(ErrorMessage.class).code()).isEqualTo(ErrorCode.INVALID_MESSAGE);
            assertStillServed(client);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":0,\"documentId\":\"d\",\"author\":\"me\",\"versionVector\":\"AA==\"}",
                "{\"type\":20,\"documentId\":\"d\"}"
            })
    void endTheAttemptOfAHandshake(String frame) {
        try (RawClient client = RawClient.connect(server.vertx(), server.port())) {
            client.sendText(frame);
            assertThat(client.next(ErrorMessage.class).code()).isEqualTo(ErrorCode.INVALID_MESSAGE);
            ErrorMessage end = client.next(ErrorMessage.class);
            assertThat(end.code()).isEqualTo(ErrorCode.HANDSHAKE_FAILED);
            assertThat(end.documentId()).isEqualTo("d");
            assertStillServed(client);
        }
    }

    // A stock client shows each error to its user, and presence comes many times a second.
    @Test
    void areIgnoredWhenTheyBelongToAPluginWeDoNotHave() {
        try (RawClient client = RawClient.connect(server.vertx(), server.port())) {
            client.sendText("{\"type\":4711,\"documentId\":\"d\",\"anything\":{}}");
            client.send(new Ping("d", 1, null));
            assertThat(client.next()).isInstanceOf(Pong.class);
        }
    }

    private static void assertStillServed(RawClient client) {
        client.send(new Ping("d", 42, null));
        assertThat(client.next(Pong.class).originalTimestamp()).isEqualTo(42);
    }
}
