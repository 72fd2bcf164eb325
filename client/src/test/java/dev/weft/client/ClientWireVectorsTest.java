package dev.weft.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.client.awareness.AwarenessPlugin;
import dev.weft.client.event.ClientEvent;
import dev.weft.client.event.ProblemKind;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.protocol.message.Welcome;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every recorded frame, whole or damaged, sent to a connected client: it takes it or says so, and lives on. */
class ClientWireVectorsTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final MessageCodec CODEC = MessageCodec.of(WireMode.ANY);

    /** What the vectors say of types 9 and 10 is that nobody knows them; ours are extensions. */
    private static final Set<Integer> OUR_TYPES = Set.of(9, 10);

    @AfterAll
    static void stop() throws Exception {
        Waiting.get(VERTX.close());
    }

    @TestFactory
    Stream<DynamicTest> messages() {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : Vectors.wire().get("messages")) {
            byte[] frame = vector.get("json").asText().getBytes(StandardCharsets.UTF_8);
            add(tests, vector, frame, vector.get("codecs"));
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> malformed() {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode vector : Vectors.wire().get("malformed")) {
            byte[] frame = Base64.getDecoder().decode(vector.get("frame").asText());
            add(tests, vector, frame, vector.get("results"));
        }
        return tests.stream();
    }

    private static void add(List<DynamicTest> tests, JsonNode vector, byte[] frame, JsonNode results) {
        for (boolean relay : List.of(false, true)) {
            JsonNode result = results.get(relay ? "relay+awareness" : "sync+awareness");
            if (result == null) {
                result = results.get(relay ? "relay" : "sync");
            }
            if (result == null) {
                continue;
            }
            String outcome = (result.isTextual() ? result : result.get("outcome")).asText();
            // A client reads the messages of both modes, and does nothing about those of the other.
            boolean isExcepted = outcome.equals("null")
                    || result.has("fieldError")
                    || OUR_TYPES.contains(vector.path("typeOrNull").asInt(-1));
            boolean isMessage = outcome.equals("message");
            String name = vector.get("name").asText() + (relay ? " / relay" : " / aware");
            tests.add(dynamicTest(name, () -> new Trial(relay, frame).run(isMessage, isExcepted)));
        }
    }

    private static final class Trial {
        private final ManualConnector connector = new ManualConnector();
        private final List<ClientEvent.Problem> problems = new ArrayList<>();
        private final boolean relay;
        private final byte[] frame;
        private final String documentId;
        private final DocumentClient client;

        Trial(boolean relay, byte[] frame) {
            this.relay = relay;
            this.frame = frame;
            this.documentId = documentIdIn(frame);
            Document document = new Document(DocumentOptions.builder().build());
            ClientOptions options = ClientOptions.builder(documentId)
                    .connector((vertx, context) -> connector)
                    .plugin(new AwarenessPlugin())
                    .build();
            client = relay ? RelayClient.create(VERTX, document, options) : SyncClient.create(VERTX, document, options);
        }

        private static String documentIdIn(byte[] frame) {
            try {
                return CODEC.decode(frame).documentId();
            } catch (RuntimeException e) {
                return "some-document";
            }
        }

        void run(boolean isMessage, boolean isExcepted) throws Exception {
            Promise<Void> done = Promise.promise();
            client.context().runOnContext(ignored -> {
                try {
                    play(isMessage, isExcepted);
                    done.complete();
                } catch (RuntimeException | AssertionError e) {
                    done.fail(e);
                }
            });
            Waiting.get(done.future());
            Waiting.get(client.close());
        }

        private void play(boolean isMessage, boolean isExcepted) {
            client.onEvent(event -> {
                if (event instanceof ClientEvent.Problem problem) {
                    problems.add(problem);
                }
            });
            client.driver().connect();
            connector.listener.opened();
            receive(
                    relay
                            ? new Welcome(documentId, "s1", null, List.of(), 0, 0, false, Set.of())
                            : new HandshakeResponse(documentId, null, List.of(), "s1", VersionVector.EMPTY, Set.of()));
            connector.listener.received(frame);
            if (!isExcepted) {
                assertThat(problems.stream().filter(problem -> problem.kind() == ProblemKind.UNDECODABLE_MESSAGE))
                        .hasSize(isMessage ? 0 : 1);
            }
            if (problems.stream().noneMatch(problem -> ErrorCode.HANDSHAKE_FAILED.equals(problem.code()))) {
                receive(new Ping(documentId, 4_711, null));
                assertThat(connector.sent.stream()
                                .map(CODEC::decode)
                                .filter(Pong.class::isInstance)
                                .map(message -> ((Pong) message).originalTimestamp()))
                        .contains(4_711L);
            }
        }

        private void receive(Message message) {
            connector.listener.received(CODEC.encode(message));
        }
    }
}
