package dev.weft.chaos.cluster;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Forwards TCP connections between two loopback addresses, and can hold every byte back for a while: a long line, where
 * the kernel offers none. Thread-safe.
 */
public final class DelayProxies implements AutoCloseable {
    private static final int CONNECT_MILLIS_MAX = 2_000;

    private final Vertx vertx;
    private final NetClient client;
    private final List<NetServer> servers = new ArrayList<>();
    private volatile long delayMillis;

    public DelayProxies(Vertx vertx) {
        this.vertx = vertx;
        this.client = vertx.createNetClient(
                new NetClientOptions().setConnectTimeout(CONNECT_MILLIS_MAX).setTcpNoDelay(true));
    }

    /** Whoever connects to one address is connected to the other, at the same port. */
    public Future<Void> forward(String fromAddress, String toAddress, int port) {
        NetServer server = vertx.createNetServer().connectHandler(in -> {
            in.pause();
            client.connect(port, toAddress)
                    .onSuccess(out -> {
                        pump(in, out);
                        pump(out, in);
                    })
                    .onFailure(refused -> in.close());
        });
        synchronized (servers) {
            servers.add(server);
        }
        return server.listen(port, fromAddress).mapEmpty();
    }

    /** For every byte that arrives from now on, in each direction. */
    public void delay(long millis) {
        delayMillis = millis;
    }

    private record Held(long dueNanos, Buffer bytes) {}

    private void pump(NetSocket from, NetSocket to) {
        Deque<Held> held = new ArrayDeque<>();
        from.handler(bytes -> {
            if (delayMillis == 0 && held.isEmpty()) {
                to.write(bytes);
                return;
            }
            held.add(new Held(System.nanoTime() + delayMillis * 1_000_000, bytes));
            if (held.size() == 1) {
                release(held, to);
            }
        });
        from.exceptionHandler(broken -> {});
        from.closeHandler(closed -> to.close());
        from.resume();
    }

    /** In order: the next is looked at when the one before has gone. */
    private void release(Deque<Held> held, NetSocket to) {
        long wait = (held.peek().dueNanos() - System.nanoTime()) / 1_000_000;
        vertx.setTimer(Math.max(1, wait), due -> {
            long now = System.nanoTime();
            while (!held.isEmpty() && held.peek().dueNanos() <= now) {
                to.write(held.poll().bytes());
            }
            if (!held.isEmpty()) {
                release(held, to);
            }
        });
    }

    @Override
    public void close() {
        synchronized (servers) {
            servers.forEach(NetServer::close);
        }
        client.close();
    }
}
