package dev.weft.server.awareness;

import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.codec.PluginCodec;
import dev.weft.server.plugin.DocumentPlugin;
import dev.weft.server.plugin.LinkPlugin;
import dev.weft.server.plugin.ServerPlugin;
import dev.weft.server.registry.DocumentKey;
import java.util.List;

/** Presence in both modes and across nodes (spec protocol 8). */
public final class AwarenessPlugin implements ServerPlugin {
    private final AwarenessOptions options;

    public AwarenessPlugin(AwarenessOptions options) {
        this.options = options;
    }

    @Override
    public String name() {
        return "awareness";
    }

    @Override
    public List<PluginCodec> codecs() {
        return List.of(new AwarenessCodec());
    }

    @Override
    public LinkPlugin forLink(DocumentKey key) {
        return new LinkAwareness(key.id(), options);
    }

    @Override
    public DocumentPlugin forDocument(DocumentKey key) {
        return new DocumentAwarenessTable(key.id(), options);
    }
}
