package dev.weft.client;

import dev.weft.client.connection.Connector;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/** Connections that a test opens, feeds and closes by hand, on the client's context. */
final class ManualConnector implements Connector {
    final List<byte[]> sent = new ArrayList<>();
    Listener listener;
    boolean closedByClient;
    int closeCode;

    @Override
    public Link open(int endpoint, Listener opened) {
        listener = opened;
        closedByClient = false;
        return new Link() {
            @Override
            public void write(byte[] frame) {
                sent.add(frame);
            }

            @Override
            public boolean isFull() {
                return false;
            }

            @Override
            public void close(int code, String reason) {
                closedByClient = true;
                closeCode = code;
            }
        };
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
