package dev.weft.server.document.host;

import dev.weft.protocol.message.ErrorCode;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.plugin.DocumentPlugin;
import dev.weft.server.plugin.GuardedPlugins;
import dev.weft.server.plugin.Verdict;
import java.util.Map;
import java.util.Objects;

/** The plugins beside one hosted document: when each of their hooks is called, and what they may do. */
final class PluginsBeside {
    /** What they may do, all of them together. */
    interface Host {
        void toLink(LinkAddress link, String plugin, byte[] payload);

        /** @param except null for all that follow */
        void toLinks(LinkAddress except, String plugin, byte[] payload);

        void report(String what);
    }

    private final Host host;
    private final Output output = new Output();
    private final GuardedPlugins<DocumentPlugin> plugins;
    private boolean areLoaded;

    PluginsBeside(Host host) {
        this.host = host;
        this.plugins = new GuardedPlugins<>(host::report);
    }

    void are(Map<String, DocumentPlugin> beside) {
        plugins.are(beside);
    }

    /** Tells them once that the document is there. */
    void load(long epoch, long lastPosition) {
        if (!areLoaded) {
            areLoaded = true;
            plugins.all(plugin -> plugin.loaded(epoch, lastPosition, output));
        }
    }

    void unload() {
        if (areLoaded) {
            plugins.all(plugin -> plugin.unloaded(output));
            plugins.are(Map.of());
        }
    }

    /** The first refusal, if there is one. Whoever throws refuses. */
    Verdict ask(OwnerMessage.Submit submit) {
        Verdict[] verdict = {Verdict.ALLOW};
        for (String name : plugins.names()) {
            verdict[0] = Verdict.refuse(ErrorCode.INTERNAL_ERROR, "The server could not check this");
            plugins.one(
                    name,
                    plugin -> verdict[0] = Objects.requireNonNull(
                            plugin.changing(submit.sessionId(), submit.blobs(), output), "a verdict"));
            if (verdict[0].isRefusal()) {
                return verdict[0];
            }
        }
        return verdict[0];
    }

    void changed(HostEffect.Durable news) {
        if (!plugins.names().isEmpty()) {
            news.byAuthor((sessionId, last, changes) ->
                    plugins.all(plugin -> plugin.changed(sessionId, last, changes, output)));
        }
    }

    void snapshotCreated(long upToPosition) {
        plugins.all(plugin -> plugin.snapshotCreated(upToPosition, output));
    }

    void linkGone(LinkAddress link) {
        plugins.all(plugin -> plugin.linkGone(link, output));
    }

    void fromLink(OwnerMessage.FromPlugin message) {
        plugins.one(message.plugin(), plugin -> plugin.fromLink(message.from(), message.payload(), output));
    }

    /** What the plugin that is called now may do. */
    private final class Output implements DocumentPlugin.Output {
        @Override
        public void toLink(LinkAddress link, byte[] payload) {
            host.toLink(link, plugins.called(), payload);
        }

        @Override
        public void toLinks(LinkAddress except, byte[] payload) {
            host.toLinks(except, plugins.called(), payload);
        }

        @Override
        public void report(String what) {
            host.report(plugins.called() + ": " + what);
        }
    }
}
