package dev.weft.server.kit;

import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.codec.Compressor;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.PluginCodec;
import dev.weft.protocol.codec.WireMode;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.protocol.message.Welcome;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A WebSocket that speaks the wire frame by frame, without any client logic. Used from the test's thread. */
public final class RawClient implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 10_000;

    private final MessageCodec codec;
    private final WebSocket socket;
    private final BlockingQueue<Message> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Short> closed = new CompletableFuture<>();

    // Held because Vert.x closes a client, with its sockets, that nobody refers to any more.
    private final WebSocketClient client;

    private RawClient(WebSocketClient client, WebSocket socket, MessageCodec codec) {
        this.client = client;
        this.codec = codec;
        this.socket = socket;
        // Whatever it sends by itself is not compressed; a gateway that was sent compressed frames answers alike.
        socket.binaryMessageHandler(frame -> received(
                codec.withCompressor(Compressor.sniff(frame.getBytes())).decode(frame.getBytes())));
        socket.closeHandler(gone -> closed.complete(socket.closeStatusCode()));
        socket.resume();
    }

    private void received(Message message) {
        if (message instanceof Ping ping) {
            // Every client answers a server's ping, whatever else it does.
            socket.writeBinaryMessage(
                    Buffer.buffer(codec.encode(new Pong(ping.documentId(), ping.timestamp(), ping.timestamp()))));
        } else {
            received.add(message);
        }
    }

    public static RawClient connect(Vertx vertx, int port) {
        return await(open(vertx, port, new WebSocketConnectOptions().setURI("/")));
    }

    /** As the caller says; fails with {@link io.vertx.core.http.UpgradeRejectedException} if the node refuses. */
    public static io.vertx.core.Future<RawClient> open(Vertx vertx, int port, WebSocketConnectOptions how) {
        return open(vertx, port, how, List.of());
    }

    /** @param plugins codecs of messages it understands besides the core's and presence */
    public static io.vertx.core.Future<RawClient> open(
            Vertx vertx, int port, WebSocketConnectOptions how, List<PluginCodec> plugins) {
        List<PluginCodec> codecs = new ArrayList<>(plugins);
        codecs.add(new AwarenessCodec());
        MessageCodec codec = new MessageCodec(WireMode.ANY, FrameLimits.DEFAULT, codecs);
        WebSocketClientOptions options =
                new WebSocketClientOptions().setMaxFrameSize(64 << 20).setMaxMessageSize(64 << 20);
        WebSocketClient client = vertx.createWebSocketClient(options);
        return client.connect(how.setHost("localhost").setPort(port))
                .map(socket -> {
                    socket.pause();
                    return new RawClient(client, socket, codec);
                })
                .onFailure(refused -> client.close());
    }

    public static <T> T await(io.vertx.core.Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    public void send(Message message) {
        sendBinary(codec.encode(message));
    }

    public void sendBinary(byte[] frame) {
        await(socket.writeBinaryMessage(Buffer.buffer(frame)));
    }

    public void sendText(String frame) {
        await(socket.writeTextMessage(frame));
    }

    /** Joins an aware document with what somebody holds. */
    public HandshakeResponse handshake(String documentId, PeerId author, VersionVector holds) {
        send(new HandshakeRequest(documentId, author, holds, Set.of()));
        return next(HandshakeResponse.class);
    }

    public HandshakeResponse handshake(String documentId, Author author) {
        return handshake(documentId, author.peer(), author.holds());
    }

    /** Joins a relay room as somebody. */
    public Welcome hello(String room) {
        send(new Hello(room, PeerId.of(UUID.randomUUID()), Set.of()));
        return next(Welcome.class);
    }

    public WebSocket socket() {
        return socket;
    }

    /** The next message; fails if none comes. */
    public Message next() {
        try {
            Message message = received.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            if (message == null) {
                throw new AssertionError("No message within " + PATIENCE_MILLIS + " ms");
            }
            return message;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The next message of a type, skipping others. */
    public <M extends Message> M next(Class<M> type) {
        return next(type, message -> true);
    }

    public <M extends Message> M next(Class<M> type, Predicate<M> wanted) {
        while (true) {
            Message message = next();
            if (type.isInstance(message) && wanted.test(type.cast(message))) {
                return type.cast(message);
            }
        }
    }

    /** Whether nothing has arrived that was not taken yet. */
    public boolean hasNothing() {
        return received.isEmpty();
    }

    public short closeCode() {
        try {
            Short code = closed.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            return code == null ? 1006 : code;
        } catch (Exception e) {
            throw new AssertionError("The connection was not closed", e);
        }
    }

    @Override
    public void close() {
        await(socket.close().transform(closed -> client.close()).otherwiseEmpty());
    }
}
