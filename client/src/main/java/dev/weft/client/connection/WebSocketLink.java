package dev.weft.client.connection;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketConnectOptions;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** One WebSocket. Confined to the client's context. */
final class WebSocketLink implements Connector.Link {
    private static final int CAUSES_MAX = 5;
    /** A peer that does not read never answers a close; after this long the socket is cut. */
    private static final long CLOSE_TIMEOUT_SECONDS = 5;

    private final ClientWebSocket socket;
    private final Connector.Listener listener;
    private boolean open;
    private boolean abandoned;
    private Throwable failure;

    WebSocketLink(ClientWebSocket socket, Connector.Listener listener) {
        this.socket = socket;
        this.listener = listener;
    }

    void connect(WebSocketConnectOptions request) {
        if (abandoned) {
            return;
        }
        // Set before connecting: the first message may come in the same packet as the answer to the upgrade.
        socket.binaryMessageHandler(message -> deliver(message.getBytes()));
        // A text message means its UTF-8 bytes (spec protocol 1.2).
        socket.textMessageHandler(message -> deliver(message.getBytes(StandardCharsets.UTF_8)));
        socket.exceptionHandler(cause -> failure = cause);
        // Called on the client's context, so the answer comes there too, before any message is delivered.
        socket.connect(request).onComplete(answer -> {
            if (answer.failed()) {
                fail(reasonOf(answer.cause()));
            } else {
                opened();
            }
        });
    }

    /** What failed, and what that was caused by: a handshake of TLS only says why in its cause. */
    static String reasonOf(Throwable failure) {
        String text = textOf(failure);
        Throwable cause = failure.getCause();
        for (int depth = 0; cause != null && depth < CAUSES_MAX; depth++, cause = cause.getCause()) {
            String more = textOf(cause);
            text = text.contains(more) ? text : text + ": " + more;
        }
        return text;
    }

    private static String textOf(Throwable failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    void fail(String reason) {
        if (!abandoned) {
            abandoned = true;
            listener.failed(reason);
        }
    }

    private void opened() {
        if (abandoned) {
            shutdown(1000, "");
            return;
        }
        if (socket.isClosed()) {
            fail("Closed by the server at once");
            return;
        }
        open = true;
        // Handlers of an established socket only; before that the failed future of connect tells.
        socket.closeHandler(ignored -> closed());
        socket.drainHandler(ignored -> {
            if (!abandoned) {
                listener.drained();
            }
        });
        listener.opened();
    }

    private void deliver(byte[] frame) {
        if (!abandoned) {
            listener.received(frame);
        }
    }

    private void closed() {
        if (!abandoned) {
            abandoned = true;
            listener.closed(closeText());
        }
    }

    private String closeText() {
        String text = "Closed by the server, code " + socket.closeStatusCode();
        if (socket.closeReason() != null && !socket.closeReason().isEmpty()) {
            text += ", " + socket.closeReason();
        }
        return failure == null ? text : text + ", " + failure;
    }

    @Override
    public void write(byte[] frame) {
        // Between the end of a socket and the notice of it, writing would throw; the notice is what counts.
        if (open && !abandoned && !socket.isClosed()) {
            // A failed write closes the socket, which is reported; the future adds nothing.
            socket.writeBinaryMessage(Buffer.buffer(frame));
        }
    }

    @Override
    public boolean isFull() {
        return open && !socket.isClosed() && socket.writeQueueFull();
    }

    @Override
    public void close(int code, String reason) {
        if (!abandoned) {
            abandoned = true;
            if (open) {
                shutdown(code, reason);
            }
        }
    }

    private void shutdown(int code, String reason) {
        socket.shutdown(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS, (short) code, reason);
    }
}
