package dev.weft.client;

import dev.weft.client.plugin.ClientPlugin;
import dev.weft.client.plugin.PluginHost;
import dev.weft.protocol.codec.PluginCodec;
import dev.weft.protocol.message.Message;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Calls plugins in order and keeps what they throw away from each other and from the client. */
final class PluginChain {
    private final List<ClientPlugin> plugins;
    private BiConsumer<String, RuntimeException> onFailure;

    PluginChain(List<ClientPlugin> plugins) {
        this.plugins = List.copyOf(plugins);
    }

    List<PluginCodec> codecs() {
        return plugins.stream()
                .map(ClientPlugin::codec)
                .filter(Objects::nonNull)
                .toList();
    }

    void attach(PluginHost host, BiConsumer<String, RuntimeException> onFailure) {
        this.onFailure = onFailure;
        each(plugin -> plugin.attach(host));
    }

    void onConnected(String sessionId) {
        each(plugin -> plugin.onConnected(sessionId));
    }

    void onMessage(Message message) {
        each(plugin -> plugin.onMessage(message));
    }

    void onDisconnected() {
        each(ClientPlugin::onDisconnected);
    }

    void close() {
        each(ClientPlugin::close);
    }

    private void each(Consumer<ClientPlugin> call) {
        for (ClientPlugin plugin : plugins) {
            try {
                call.accept(plugin);
            } catch (RuntimeException e) {
                onFailure.accept(plugin.name(), e);
            }
        }
    }
}
