package dev.weft.server.plugin;

import dev.weft.server.bus.LinkAddress;
import java.util.function.BiConsumer;

/** A document plugin whose every call is run by somebody who looks at the clock. */
record TimedDocumentPlugin(DocumentPlugin plugin, BiConsumer<String, Runnable> timer) implements DocumentPlugin {
    @Override
    public void fromLink(LinkAddress link, byte[] payload, Output out) {
        timer.accept("fromLink", () -> plugin.fromLink(link, payload, out));
    }

    @Override
    public void linkGone(LinkAddress link, Output out) {
        timer.accept("linkGone", () -> plugin.linkGone(link, out));
    }
}
