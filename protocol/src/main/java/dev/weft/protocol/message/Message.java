package dev.weft.protocol.message;

/** One protocol message. Exactly one travels in one WebSocket message. */
public sealed interface Message permits AwareMessage, SharedMessage, RelayMessage, PluginMessage {
    MessageType type();

    /** Compared exactly and echoed verbatim: clients drop frames that name another document. */
    String documentId();
}
