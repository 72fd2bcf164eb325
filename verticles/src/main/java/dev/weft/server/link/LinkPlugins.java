package dev.weft.server.link;

import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.PluginMessage;
import dev.weft.server.plugin.GuardedPlugins;
import dev.weft.server.plugin.LinkPlugin;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The plugins beside one link: when each of their hooks is called, and what they may do. Confined to its link. */
final class LinkPlugins {
    private final String documentId;
    private final OwnerRelation owner;
    private final Supplier<Set<String>> followers;
    private final LinkOutput output;
    private final GuardedPlugins<LinkPlugin> plugins;
    private final PluginOutput pluginOutput = new PluginOutput();

    /** @param followers asks for the sessions that follow the document */
    LinkPlugins(String documentId, OwnerRelation owner, Supplier<Set<String>> followers, LinkOutput output) {
        this.documentId = documentId;
        this.owner = owner;
        this.followers = followers;
        this.output = output;
        this.plugins = new GuardedPlugins<>(failure -> output.report(null, failure));
    }

    void are(Map<String, LinkPlugin> beside) {
        plugins.are(beside);
    }

    /** The link follows. @param ownerChanged whether it followed another ownership before */
    void attached(boolean ownerChanged, long nowMillis) {
        plugins.all(plugin -> plugin.attached(ownerChanged, nowMillis, pluginOutput));
    }

    void joined(String sessionId) {
        plugins.all(plugin -> plugin.sessionJoined(sessionId, pluginOutput));
    }

    /** A message of a plugin came from a session of this link. */
    void message(String sessionId, PluginMessage message, long nowMillis) {
        plugins.all(plugin -> plugin.message(sessionId, message, nowMillis, pluginOutput));
    }

    void closed(String sessionId) {
        plugins.all(plugin -> plugin.sessionClosed(sessionId, pluginOutput));
    }

    /** The other side of a plugin, beside the owner, says something. */
    void fromOwner(String name, byte[] payload) {
        plugins.one(name, plugin -> plugin.fromOwner(payload, pluginOutput));
    }

    void tick(long nowMillis) {
        plugins.all(plugin -> plugin.tick(nowMillis, pluginOutput));
    }

    /** What the plugin that is called now may do. */
    private final class PluginOutput implements LinkPlugin.Output {
        @Override
        public String documentId() {
            return documentId;
        }

        @Override
        public Set<String> sessionIds() {
            return followers.get();
        }

        @Override
        public void toSession(String sessionId, Message message) {
            output.toSession(sessionId, message);
        }

        @Override
        public void toSessions(Collection<String> sessionIds, Message message) {
            output.toSessions(List.copyOf(sessionIds), message);
        }

        @Override
        public void toOwner(byte[] payload) {
            owner.fromPlugin(plugins.called(), payload);
        }

        @Override
        public void report(String what) {
            output.report(null, plugins.called() + ": " + what);
        }
    }
}
