package dev.weft.server.document.host;

import dev.weft.protocol.message.ErrorCode;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.plugin.DocumentPlugin;
import dev.weft.server.plugin.Verdict;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The plugins beside one hosted document, called by name, in their order. They are somebody else's code: what one of them
 * throws costs what it wanted to do, and nothing of the document.
 */
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
    private Map<String, DocumentPlugin> plugins = Map.of();
    private boolean areLoaded;

    PluginsBeside(Host host) {
        this.host = host;
    }

    void are(Map<String, DocumentPlugin> beside) {
        plugins = Map.copyOf(beside);
    }

    /** Tells them once that the document is there. */
    void load(long epoch, long lastPosition) {
        if (!areLoaded) {
            areLoaded = true;
            all(plugin -> plugin.loaded(epoch, lastPosition, output));
        }
    }

    void unload() {
        if (areLoaded) {
            all(plugin -> plugin.unloaded(output));
            plugins = Map.of();
        }
    }

    /** The first refusal, if there is one. Whoever throws refuses. */
    Verdict ask(OwnerMessage.Submit submit) {
        Verdict[] verdict = {Verdict.ALLOW};
        for (String name : plugins.keySet()) {
            verdict[0] = Verdict.refuse(ErrorCode.INTERNAL_ERROR, "The server could not check this");
            one(
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
        if (!plugins.isEmpty()) {
            news.byAuthor(
                    (sessionId, last, changes) -> all(plugin -> plugin.changed(sessionId, last, changes, output)));
        }
    }

    void snapshotCreated(long upToPosition) {
        all(plugin -> plugin.snapshotCreated(upToPosition, output));
    }

    void linkGone(LinkAddress link) {
        all(plugin -> plugin.linkGone(link, output));
    }

    void fromLink(OwnerMessage.FromPlugin message) {
        one(message.plugin(), plugin -> plugin.fromLink(message.from(), message.payload(), output));
    }

    private void all(Consumer<DocumentPlugin> action) {
        plugins.keySet().forEach(name -> one(name, action));
    }

    private void one(String name, Consumer<DocumentPlugin> action) {
        DocumentPlugin plugin = plugins.get(name);
        if (plugin == null) {
            return;
        }
        output.plugin = name;
        try {
            action.accept(plugin);
        } catch (RuntimeException e) {
            host.report("Plugin " + name + " failed: " + e);
        }
    }

    /** What the plugin that is called now may do. */
    private final class Output implements DocumentPlugin.Output {
        private String plugin;

        @Override
        public void toLink(LinkAddress link, byte[] payload) {
            host.toLink(link, plugin, payload);
        }

        @Override
        public void toLinks(LinkAddress except, byte[] payload) {
            host.toLinks(except, plugin, payload);
        }

        @Override
        public void report(String what) {
            host.report(plugin + ": " + what);
        }
    }
}
