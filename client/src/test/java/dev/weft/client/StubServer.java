package dev.weft.client;

import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.codec.Compressor;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.codec.MalformedMessageException;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import dev.weft.protocol.message.Message;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/** A WebSocket server on a free port of the loopback whose behaviour is a function of the test. */
final class StubServer {
    final List<Message> received = new CopyOnWriteArrayList<>();
    final AtomicInteger undecodable = new AtomicInteger();
    final List<String> upgrades = new CopyOnWriteArrayList<>();
    final Map<String, ServerWebSocket> sockets = new ConcurrentHashMap<>();
    private final MessageCodec codec;
    private final HttpServer server;
    private BiConsumer<String, Message> onMessage = (session, message) -> {};
    private BiConsumer<String, ServerWebSocket> onOpen = (session, socket) -> {};
    private BiConsumer<String, Void> onClose = (session, none) -> {};
    volatile int refuseWith;

    StubServer(Vertx vertx, Compressor compressor, HttpServerOptions options) {
        codec = new MessageCodec(WireMode.ANY, FrameLimits.ofFrameBytes(64 << 20), List.of(new AwarenessCodec()))
                .withCompressor(compressor);
        options.setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setMaxWebSocketFrameSize(64 << 20)
                .setMaxWebSocketMessageSize(64 << 20);
        server = vertx.createHttpServer(options)
                .webSocketHandshakeHandler(this::handshake)
                .webSocketHandler(this::accept);
    }

    static StubServer start(Vertx vertx) throws Exception {
        StubServer stub = new StubServer(vertx, Compressor.IDENTITY, new HttpServerOptions());
        stub.listen(0);
        return stub;
    }

    void listen(int port) throws Exception {
        Waiting.get(server.listen(port, "127.0.0.1"));
    }

    int port() {
        return server.actualPort();
    }

    String url() {
        return "ws://127.0.0.1:" + port() + "/sync";
    }

    Future<Void> close() {
        return server.close();
    }

    StubServer onMessage(BiConsumer<String, Message> handler) {
        onMessage = handler;
        return this;
    }

    StubServer onOpen(BiConsumer<String, ServerWebSocket> handler) {
        onOpen = handler;
        return this;
    }

    /** Lets this model answer, over real sockets. */
    StubServer serve(ReferenceServer model) {
        onMessage = model::receive;
        onClose = (session, none) -> model.disconnected(session);
        return this;
    }

    void send(String session, Message message) {
        ServerWebSocket socket = sockets.get(session);
        if (socket != null && !socket.isClosed()) {
            socket.writeBinaryMessage(Buffer.buffer(codec.encode(message)));
        }
    }

    private void handshake(ServerWebSocketHandshake handshake) {
        upgrades.add(handshake.uri() + " " + handshake.headers().get("Authorization"));
        if (refuseWith != 0) {
            handshake.reject(refuseWith);
        } else {
            handshake.accept();
        }
    }

    private void accept(ServerWebSocket socket) {
        String session = "socket-" + sockets.size() + "-" + socket.binaryHandlerID();
        sockets.put(session, socket);
        socket.binaryMessageHandler(frame -> {
            Message message;
            try {
                message = codec.decode(frame.getBytes());
            } catch (MalformedMessageException e) {
                // As the reference: an event, and no reply.
                undecodable.incrementAndGet();
                return;
            }
            received.add(message);
            onMessage.accept(session, message);
        });
        socket.closeHandler(none -> {
            sockets.remove(session);
            onClose.accept(session, null);
        });
        onOpen.accept(session, socket);
    }

    <T extends Message> List<T> received(Class<T> type) {
        return received.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
