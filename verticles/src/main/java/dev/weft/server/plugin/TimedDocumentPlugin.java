package dev.weft.server.plugin;

import dev.weft.server.bus.LinkAddress;
import java.util.function.Consumer;

/** A document plugin whose every call is run by somebody who looks at the clock. */
record TimedDocumentPlugin(DocumentPlugin plugin, Consumer<Runnable> timer) implements DocumentPlugin {
    @Override
    public void fromLink(LinkAddress link, byte[] payload, Output out) {
        timer.accept(() -> plugin.fromLink(link, payload, out));
    }

    @Override
    public void linkGone(LinkAddress link, Output out) {
        timer.accept(() -> plugin.linkGone(link, out));
    }
}
