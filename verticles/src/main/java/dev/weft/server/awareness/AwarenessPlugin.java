package dev.weft.server.awareness;

import dev.weft.protocol.awareness.AwarenessCodec;
import dev.weft.protocol.codec.PluginCodec;
import dev.weft.server.limits.Limit;
import dev.weft.server.limits.LimitCounters;
import dev.weft.server.plugin.DocumentPlugin;
import dev.weft.server.plugin.LinkPlugin;
import dev.weft.server.plugin.ServerPlugin;
import dev.weft.server.registry.DocumentKey;
import java.util.List;

/** Presence in both modes and across nodes (spec protocol 8). */
public final class AwarenessPlugin implements ServerPlugin {
    private final AwarenessOptions options;
    private final LimitCounters counters = new LimitCounters();

    public AwarenessPlugin(AwarenessOptions options) {
        this.options = options;
    }

    /** How often clients met a limit of presence since the start. */
    public long reached(Limit limit) {
        return counters.count(limit);
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
        return new LinkAwareness(key.id(), options, counters);
    }

    @Override
    public DocumentPlugin forDocument(DocumentKey key) {
        return new DocumentAwarenessTable(key.id(), options, counters);
    }
}
