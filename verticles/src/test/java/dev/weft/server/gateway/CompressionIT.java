package dev.weft.server.gateway;

import static dev.weft.server.kit.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.ClientOptions;
import dev.weft.client.SyncClient;
import dev.weft.client.event.ClientEvent;
import dev.weft.client.event.ProblemKind;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.protocol.codec.Compressor;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.server.event.ServerEvent;
import dev.weft.server.kit.HeardEvents;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestNode;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.DeflaterInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A compressor of the application's on both sides, over real sockets. */
class CompressionIT {
    /** One that neither side knows by itself, and that counts. */
    private static final class Deflate implements Compressor {
        private final AtomicInteger compressed = new AtomicInteger();

        @Override
        public byte[] compress(byte[] json) {
            compressed.incrementAndGet();
            try (InputStream deflated = new DeflaterInputStream(new ByteArrayInputStream(json))) {
                return deflated.readAllBytes();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public InputStream decompress(InputStream frame) {
            return new InflaterInputStream(frame);
        }
    }

    private final Deflate deflate = new Deflate();
    private final HeardEvents heard = new HeardEvents();
    private final String documentId = "doc-" + UUID.randomUUID();
    private final Vertx vertx = Vertx.vertx();
    private TestNode node;

    private void start(CompressionChoice compression) {
        node = TestNode.start(options -> options.gateways(1)
                .listeners(List.of(heard.listener()))
                .gateway(GatewayOptions.builder()
                        .host("localhost")
                        .port(0)
                        .compression(compression)
                        .build()));
    }

    @AfterEach
    void stop() {
        RawClient.await(vertx.close());
        node.close();
    }

    private ClientOptions options(Compressor compressor) {
        return ClientOptions.builder(documentId)
                .endpoints("ws://localhost:" + node.server().port())
                .compressor(compressor)
                .build();
    }

    @Test
    void speaksACompressorOfTheApplicationOnBothSides() {
        start(CompressionChoice.of(deflate));
        Document written = new Document(DocumentOptions.builder().build());
        Document read = new Document(DocumentOptions.builder().build());
        FugueTextHandler text = new FugueTextHandler(written, "text");
        FugueTextHandler copy = new FugueTextHandler(read, "text");
        SyncClient writer = SyncClient.create(vertx, written, options(new Deflate()));
        SyncClient reader = SyncClient.create(vertx, read, options(new Deflate()));
        assertThat(RawClient.await(writer.connect())).isTrue();
        assertThat(RawClient.await(reader.connect())).isTrue();
        RawClient.await(writer.edit(document -> text.insert(0, "compressed")).durable());
        eventually(
                () -> RawClient.await(reader.execute(document -> copy.value())).equals("compressed"));
    }

    @Test
    void compressesABroadcastOnceHoweverManyGetIt() {
        start(CompressionChoice.of(deflate));
        List<SyncClient> readers = new ArrayList<>();
        List<FugueTextHandler> copies = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Document read = new Document(DocumentOptions.builder().build());
            copies.add(new FugueTextHandler(read, "text"));
            readers.add(SyncClient.create(vertx, read, options(new Deflate())));
            assertThat(RawClient.await(readers.get(i).connect())).isTrue();
        }
        int before = deflate.compressed.get();
        FugueTextHandler first = copies.get(0);
        RawClient.await(readers.get(0).edit(document -> first.insert(0, "x")).durable());
        for (int i = 1; i < 5; i++) {
            int each = i;
            eventually(() -> RawClient.await(
                            readers.get(each).execute(d -> copies.get(each).value()))
                    .equals("x"));
        }
        // The change, and to its author that it is durable.
        assertThat(deflate.compressed.get() - before).isEqualTo(2);
    }

    @Test
    void mirrorsGzipByDefault() {
        start(CompressionChoice.MIRROR);
        SyncClient client =
                SyncClient.create(vertx, new Document(DocumentOptions.builder().build()), options(Compressor.GZIP));
        assertThat(RawClient.await(client.connect())).isTrue();
    }

    @Test
    void saysOnBothSidesThatTheCompressorsDiffer() {
        start(CompressionChoice.of(deflate));
        List<ClientEvent> problems = new CopyOnWriteArrayList<>();
        SyncClient client =
                SyncClient.create(vertx, new Document(DocumentOptions.builder().build()), options(Compressor.GZIP));
        client.onEvent(problems::add);
        client.connect();
        assertThat(heard.await(ServerEvent.FrameMalformed.class).reason()).contains("compressed");
        eventually(() -> problems.stream()
                .anyMatch(event -> event instanceof ClientEvent.Problem problem
                        && problem.kind() == ProblemKind.UNDECODABLE_MESSAGE));
    }

    @Test
    void refusesABombAndServesTheSameConnectionOn() {
        start(CompressionChoice.MIRROR);
        byte[] ping = Compressor.GZIP.compress(
                ("{\"type\":5,\"documentId\":\"" + documentId + "\",\"timestamp\":1}").getBytes());
        byte[] bomb = Compressor.GZIP.compress(
                new byte[GatewayOptions.DEFAULT.frames().inflatedBytesMax() + 1]);
        assertThat(bomb.length).isLessThan(1 << 20);
        try (RawClient client = node.connect()) {
            client.sendBinary(bomb);
            assertThat(client.next(ErrorMessage.class).message()).contains("inflates beyond");
            client.sendBinary(ping);
            Message answer = client.next();
            assertThat(answer).isInstanceOf(Pong.class);
        }
    }

    @Test
    void survivesACompressorThatThrowsAtForeignBytes() {
        start(CompressionChoice.of(new Compressor() {
            @Override
            public byte[] compress(byte[] json) {
                return json;
            }

            @Override
            public InputStream decompress(InputStream frame) {
                throw new IllegalStateException("not mine");
            }
        }));
        try (RawClient client = node.connect()) {
            client.send(new Ping(documentId, 1, null));
            assertThat(client.next(ErrorMessage.class).message()).contains("compressed");
        }
    }
}
