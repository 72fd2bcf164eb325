package dev.weft.client;

import dev.weft.client.plugin.PluginHost;
import dev.weft.protocol.message.PluginMessage;
import io.vertx.core.Vertx;

/** The client as its plugins see it. */
final class DriverHost implements PluginHost {
    private final SessionDriver driver;
    private final Vertx vertx;

    DriverHost(SessionDriver driver, Vertx vertx) {
        this.driver = driver;
        this.vertx = vertx;
    }

    @Override
    public String documentId() {
        return driver.documentId();
    }

    @Override
    public String sessionId() {
        return driver.state().sessionId();
    }

    @Override
    public boolean isConnected() {
        return driver.state().isLive();
    }

    @Override
    public boolean send(PluginMessage message) {
        return driver.send(message);
    }

    @Override
    public void run(Runnable task) {
        driver.onContext(task);
    }

    @Override
    public Runnable schedule(long delayMillis, Runnable task) {
        long timer = vertx.setTimer(
                Math.max(1, delayMillis),
                ignored -> driver.onContext(() -> {
                    if (!driver.isClosed()) {
                        task.run();
                    }
                }));
        return () -> vertx.cancelTimer(timer);
    }

    @Override
    public long now() {
        return driver.now();
    }
}
