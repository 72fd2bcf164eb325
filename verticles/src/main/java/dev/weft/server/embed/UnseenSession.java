package dev.weft.server.embed;

import dev.weft.protocol.message.PluginMessage;
import dev.weft.server.plugin.LinkPlugin;

/** A plugin beside a link whose sessions are code, not people: it may be asked, and is not told of them. */
final class UnseenSession implements LinkPlugin {
    private final LinkPlugin plugin;

    UnseenSession(LinkPlugin plugin) {
        this.plugin = plugin;
    }

    @Override
    public void message(String sessionId, PluginMessage message, long nowMillis, Output out) {
        plugin.message(sessionId, message, nowMillis, out);
    }

    @Override
    public void attached(boolean ownerChanged, long nowMillis, Output out) {
        plugin.attached(ownerChanged, nowMillis, out);
    }

    @Override
    public void fromOwner(byte[] payload, Output out) {
        plugin.fromOwner(payload, out);
    }

    @Override
    public void tick(long nowMillis, Output out) {
        plugin.tick(nowMillis, out);
    }
}
