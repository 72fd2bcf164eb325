package dev.weft.server.plugin.example;

import dev.weft.client.plugin.ClientPlugin;
import dev.weft.client.plugin.PluginHost;
import dev.weft.protocol.codec.PluginCodec;
import dev.weft.protocol.message.Message;
import java.util.function.Consumer;

// example: chat-client
/** The same on the side of a Java client. */
final class ChatClientPlugin implements ClientPlugin {
    private final Consumer<ChatMessage> listener;
    private PluginHost host;

    ChatClientPlugin(Consumer<ChatMessage> listener) {
        this.listener = listener;
    }

    @Override
    public String name() {
        return "chat";
    }

    @Override
    public PluginCodec codec() {
        return ChatMessage.CODEC;
    }

    @Override
    public void attach(PluginHost owner) {
        host = owner;
    }

    @Override
    public void onMessage(Message message) {
        if (message instanceof ChatMessage chat) {
            listener.accept(chat);
        }
    }

    void say(String text) {
        host.run(() -> host.send(new ChatMessage(host.documentId(), "", text)));
    }
}
// end
