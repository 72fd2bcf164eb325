package dev.weft.server.gateway;

import dev.weft.server.gateway.ReadPauses.Waiting;
import dev.weft.server.limits.Limit;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;

/** What goes out on one socket, and who is told when its peer takes nothing. Confined to the context of the gateway. */
final class OutboundFrames {
    private final GatewayVerticle gateway;
    private final ServerWebSocket socket;
    private final ReadPauses pauses;
    private final ClientDocuments documents;
    private final int writeQueueBytesMax;
    private boolean isCongested;
    private boolean isClosed;
    private long progressAtMillis;
    private long unreadBytes;

    /** @param documents told when less may be sent, and when all may be again */
    OutboundFrames(GatewayVerticle gateway, ServerWebSocket socket, ReadPauses pauses, ClientDocuments documents) {
        this.gateway = gateway;
        this.socket = socket;
        this.pauses = pauses;
        this.documents = documents;
        this.writeQueueBytesMax = gateway.options().writeQueueBytesMax();
    }

    void start() {
        socket.setWriteQueueMaxSize(writeQueueBytesMax);
        socket.drainHandler(gateway.here(drained -> drained()));
    }

    void write(Buffer frame) {
        // A socket closes a moment before its handler is told, and asking a closed one anything throws.
        if (isClosed || socket.isClosed()) {
            return;
        }
        socket.writeBinaryMessage(frame);
        gateway.metrics().sent(frame.length());
        written(frame.length());
    }

    /** Something was written. Who asks and asks and reads no answer is not listened to any more until it does. */
    void written(int bytes) {
        if (isCongested) {
            unreadBytes += bytes;
            if (unreadBytes > writeQueueBytesMax) {
                pauses.pauseFor(Waiting.FOR_ITS_READING);
            }
        } else if (!socket.isClosed() && socket.writeQueueFull()) {
            isCongested = true;
            progressAtMillis = gateway.nowMillis();
            gateway.counters().hit(Limit.WRITE_QUEUE_BYTES);
            documents.congested(progressAtMillis);
        }
    }

    private void drained() {
        if (!isCongested || isClosed) {
            return;
        }
        isCongested = false;
        unreadBytes = 0;
        pauses.resumeFrom(Waiting.FOR_ITS_READING);
        documents.drained();
    }

    /** Whether more waits than may wait. */
    boolean isCongested() {
        return isCongested;
    }

    /** For how long nothing was taken, if it is congested. */
    long stalledMillis(long nowMillis) {
        return nowMillis - progressAtMillis;
    }

    void close() {
        isClosed = true;
    }
}
