package dev.weft.server.kit;

import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.codec.MalformedMessageException;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import dev.weft.protocol.message.Message;
import dev.weft.testkit.stock.StockClient;
import dev.weft.testkit.stock.StockHost;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** Real sockets and real time for a stock client. Everything happens on the context it was made on. */
public final class SocketStockHost implements StockHost {
    /** Hears what is said on one connection. */
    public interface Witness {
        void said(Message message);

        void heard(Message message);
    }

    private static final int MESSAGE_BYTES_MAX = 64 << 20;

    private final Vertx vertx;
    private final Context context;
    private final IntSupplier port;
    private final Random random;
    private final Supplier<Witness> witnesses;
    private final WebSocketClient webSockets;
    private final MessageCodec codec =
            new MessageCodec(WireMode.ANY, FrameLimits.ofFrameBytes(MESSAGE_BYTES_MAX), List.of(new AwarenessCodec()));
    private StockClient client;

    /**
     * @param port where the next connection goes
     * @param witnesses one for each connection
     */
    public SocketStockHost(Vertx vertx, Context context, IntSupplier port, Random random, Supplier<Witness> witnesses) {
        this.vertx = vertx;
        this.context = context;
        this.port = port;
        this.random = random;
        this.witnesses = witnesses;
        this.webSockets = vertx.createWebSocketClient(
                new WebSocketClientOptions().setMaxFrameSize(MESSAGE_BYTES_MAX).setMaxMessageSize(MESSAGE_BYTES_MAX));
    }

    public void serve(StockClient served) {
        client = served;
    }

    @Override
    public long nowMillis() {
        return System.nanoTime() / 1_000_000;
    }

    @Override
    public void after(long millis, Runnable action) {
        vertx.setTimer(Math.max(1, millis), timer -> context.runOnContext(run -> action.run()));
    }

    @Override
    public long jitter(long millis) {
        return random.nextInt((int) millis + 1);
    }

    @Override
    public void open(Consumer<Socket> opened, Runnable failed) {
        webSockets
                .connect(port.getAsInt(), "localhost", "/")
                .onComplete(answer -> context.runOnContext(run -> {
                    if (answer.failed()) {
                        failed.run();
                    } else {
                        RealSocket socket = new RealSocket(answer.result(), witnesses.get());
                        socket.listen();
                        opened.accept(socket);
                    }
                }));
    }

    private final class RealSocket implements Socket {
        private final WebSocket socket;
        private final Witness witness;

        RealSocket(WebSocket socket, Witness witness) {
            this.socket = socket;
            this.witness = witness;
        }

        void listen() {
            if (socket.isClosed()) {
                // The other side was quicker. A closed socket takes no handler, and whoever waits for it waits for
                // ever.
                context.runOnContext(run -> client.socketGone(this));
                return;
            }
            socket.binaryMessageHandler(frame -> context.runOnContext(run -> heard(frame)));
            socket.closeHandler(closed -> context.runOnContext(run -> client.socketGone(this)));
        }

        private void heard(Buffer frame) {
            Message message;
            try {
                message = codec.decode(frame.getBytes());
            } catch (MalformedMessageException e) {
                throw new AssertionError("The server sent what a stock client cannot read", e);
            }
            witness.heard(message);
            client.received(this, message);
        }

        @Override
        public void send(Message message) {
            if (!socket.isClosed()) {
                witness.said(message);
                socket.writeBinaryMessage(Buffer.buffer(codec.encode(message)));
            }
        }

        @Override
        public void letGo() {
            socket.close((short) 1000);
        }
    }
}
