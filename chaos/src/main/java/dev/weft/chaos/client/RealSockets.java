package dev.weft.chaos.client;

import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.codec.FrameLimits;
import dev.weft.protocol.codec.MalformedMessageException;
import dev.weft.protocol.codec.MessageCodec;
import dev.weft.protocol.codec.WireMode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.Message;
import dev.weft.testkit.stock.StockClient;
import dev.weft.testkit.stock.StockHost;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Real sockets for a stock client, to the first of several nodes that accepts one: what a load balancer does for a client
 * that knows one address. Everything happens on one context.
 */
final class RealSockets implements StockHost {
    private static final int CONNECT_MILLIS_MAX = 3_000;
    private static final int MESSAGE_BYTES_MAX = 64 << 20;
    private static final MessageCodec CODEC =
            new MessageCodec(WireMode.ANY, FrameLimits.ofFrameBytes(MESSAGE_BYTES_MAX), List.of(new AwarenessCodec()));

    private final Vertx vertx;
    private final Context context;
    private final List<String> urls;
    private final Random random;
    private final WebSocketClient client;
    private final AtomicInteger opened = new AtomicInteger();
    private StockClient stock;
    private boolean isClosed;
    private volatile String lastError = "none";

    RealSockets(Vertx vertx, Context context, List<String> urls, Random random) {
        this.vertx = vertx;
        this.context = context;
        this.urls = urls;
        this.random = random;
        this.client = vertx.createWebSocketClient(new WebSocketClientOptions()
                .setMaxFrameSize(MESSAGE_BYTES_MAX)
                .setMaxMessageSize(MESSAGE_BYTES_MAX)
                .setConnectTimeout(CONNECT_MILLIS_MAX));
    }

    void serve(StockClient served) {
        stock = served;
    }

    /** What the server complained of last, for a report. */
    String lastError() {
        return lastError;
    }

    int opened() {
        return opened.get();
    }

    void close() {
        isClosed = true;
        client.close();
    }

    @Override
    public long nowMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public void after(long millis, Runnable action) {
        vertx.setTimer(
                Math.max(1, millis),
                fired -> context.runOnContext(run -> {
                    if (!isClosed) {
                        action.run();
                    }
                }));
    }

    @Override
    public long jitter(long millis) {
        return random.nextLong(millis + 1);
    }

    @Override
    public void open(Consumer<StockHost.Socket> then, Runnable failed) {
        openAt(0, then, failed);
    }

    private void openAt(int index, Consumer<StockHost.Socket> then, Runnable failed) {
        client.connect(new WebSocketConnectOptions()
                        .setAbsoluteURI(urls.get(index))
                        .setTimeout(CONNECT_MILLIS_MAX))
                .map(socket -> {
                    // Before the first frame can arrive, which it may at once.
                    socket.pause();
                    return socket;
                })
                .onComplete(connected -> context.runOnContext(run -> {
                    if (isClosed) {
                        return;
                    } else if (connected.succeeded()) {
                        opened.incrementAndGet();
                        then.accept(new RealSocket(connected.result()));
                    } else if (index + 1 < urls.size()) {
                        openAt(index + 1, then, failed);
                    } else {
                        failed.run();
                    }
                }));
    }

    private final class RealSocket implements StockHost.Socket {
        private final WebSocket socket;
        private boolean isLetGo;

        RealSocket(WebSocket socket) {
            this.socket = socket;
            if (socket.isClosed()) {
                // The other side was quicker. A closed socket takes no handler.
                gone();
                return;
            }
            socket.binaryMessageHandler(frame -> arrived(frame.getBytes()));
            socket.textMessageHandler(frame -> arrived(frame.getBytes()));
            socket.exceptionHandler(broken -> {});
            socket.closeHandler(closed -> gone());
            socket.resume();
        }

        private void gone() {
            context.runOnContext(run -> {
                if (!isLetGo && !isClosed) {
                    stock.socketGone(this);
                }
            });
        }

        private void arrived(byte[] frame) {
            context.runOnContext(run -> {
                if (isLetGo || isClosed) {
                    return;
                }
                try {
                    Message message = CODEC.decode(frame);
                    if (message instanceof ErrorMessage error) {
                        lastError = error.code() + " " + error.message();
                    }
                    stock.received(this, message);
                } catch (MalformedMessageException e) {
                    throw new IllegalStateException("The server sent what a client cannot read", e);
                }
            });
        }

        @Override
        public void send(Message message) {
            socket.writeBinaryMessage(Buffer.buffer(CODEC.encode(message))).onFailure(lost -> gone());
        }

        @Override
        public void letGo() {
            isLetGo = true;
            socket.close();
        }
    }
}
