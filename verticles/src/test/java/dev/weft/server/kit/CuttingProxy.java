package dev.weft.server.kit;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Passes bytes on, until told to cut connections. */
public final class CuttingProxy {
    private final Vertx vertx;
    private final Map<NetSocket, NetSocket> pairs = new ConcurrentHashMap<>();
    private final NetServer listener;
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile boolean isOpen = true;
    private volatile Predicate<Buffer> refused = begin -> false;

    /** @param target port on this machine */
    public CuttingProxy(Vertx vertx, int target) {
        this.vertx = vertx;
        listener = vertx.createNetServer().connectHandler(inbound -> accept(inbound, target));
        RawClient.await(listener.listen(0, "localhost"));
    }

    private void accept(NetSocket inbound, int target) {
        if (!isOpen) {
            inbound.close();
            return;
        }
        inbound.pause();
        vertx.createNetClient().connect(target, "localhost").onComplete(answer -> {
            if (answer.failed()) {
                inbound.close();
                return;
            }
            NetSocket outbound = answer.result();
            pairs.put(inbound, outbound);
            inbound.handler(begin -> {
                if (refused.test(begin) && refusals.getAndDecrement() > 0) {
                    outbound.close();
                    return;
                }
                inbound.handler(outbound::write);
                outbound.write(begin);
            });
            outbound.handler(inbound::write);
            inbound.closeHandler(ignored -> {
                pairs.remove(inbound);
                outbound.close();
            });
            outbound.closeHandler(ignored -> inbound.close());
            inbound.resume();
        });
    }

    public int port() {
        return listener.actualPort();
    }

    /** Ends the next so many connections whose first bytes are such, instead of passing those on. */
    public void refuse(int count, Predicate<Buffer> such) {
        refusals.set(count);
        refused = such;
    }

    /** How many of those are still to come. */
    public int refusalsLeft() {
        return Math.max(0, refusals.get());
    }

    /** Ends all connections, and every new one at once, until {@link #open}. */
    public void shut() {
        isOpen = false;
        cutAll();
    }

    public void open() {
        isOpen = true;
    }

    /** Neither side is told; each sees its TCP connection end. */
    public void cutAll() {
        cut(pairs.keySet());
    }

    /** Every {@code n}-th of the present connections, beginning with one of the first n. */
    public void cutEvery(int n, int first) {
        int[] index = {0};
        cut(pairs.keySet().stream()
                .filter(pair -> index[0]++ % n == first % n)
                .collect(java.util.stream.Collectors.toSet()));
    }

    private void cut(Set<NetSocket> inbound) {
        inbound.forEach(socket -> {
            NetSocket outbound = pairs.get(socket);
            if (outbound != null) {
                outbound.close();
            }
            socket.close();
        });
    }
}
