package dev.weft.server.plugin;

import dev.weft.protocol.message.PluginMessage;
import java.util.function.BiConsumer;

/** A link plugin whose every call is run by somebody who looks at the clock. */
record TimedLinkPlugin(LinkPlugin plugin, BiConsumer<String, Runnable> timer) implements LinkPlugin {
    @Override
    public void sessionJoined(String sessionId, Output out) {
        timer.accept("sessionJoined", () -> plugin.sessionJoined(sessionId, out));
    }

    @Override
    public void message(String sessionId, PluginMessage message, long nowMillis, Output out) {
        timer.accept("message", () -> plugin.message(sessionId, message, nowMillis, out));
    }

    @Override
    public void sessionClosed(String sessionId, Output out) {
        timer.accept("sessionClosed", () -> plugin.sessionClosed(sessionId, out));
    }

    @Override
    public void attached(boolean ownerChanged, long nowMillis, Output out) {
        timer.accept("attached", () -> plugin.attached(ownerChanged, nowMillis, out));
    }

    @Override
    public void fromOwner(byte[] payload, Output out) {
        timer.accept("fromOwner", () -> plugin.fromOwner(payload, out));
    }

    @Override
    public void tick(long nowMillis, Output out) {
        timer.accept("tick", () -> plugin.tick(nowMillis, out));
    }
}
