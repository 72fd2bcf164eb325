package dev.weft.server.plugin;

import dev.weft.server.bus.LinkAddress;
import java.util.List;
import java.util.function.BiConsumer;

/** A document plugin whose every call is run by somebody who looks at the clock. */
record TimedDocumentPlugin(DocumentPlugin plugin, BiConsumer<String, Runnable> timer) implements DocumentPlugin {
    @Override
    public void loaded(long epoch, long lastPosition, Output out) {
        timer.accept("loaded", () -> plugin.loaded(epoch, lastPosition, out));
    }

    @Override
    public Verdict changing(String sessionId, List<byte[]> changes, Output out) {
        Verdict[] verdict = new Verdict[1];
        timer.accept("changing", () -> verdict[0] = plugin.changing(sessionId, changes, out));
        return verdict[0];
    }

    @Override
    public void changed(String sessionId, long lastPosition, List<byte[]> changes, Output out) {
        timer.accept("changed", () -> plugin.changed(sessionId, lastPosition, changes, out));
    }

    @Override
    public void snapshotCreated(long upToPosition, Output out) {
        timer.accept("snapshotCreated", () -> plugin.snapshotCreated(upToPosition, out));
    }

    @Override
    public void fromLink(LinkAddress link, byte[] payload, Output out) {
        timer.accept("fromLink", () -> plugin.fromLink(link, payload, out));
    }

    @Override
    public void linkGone(LinkAddress link, Output out) {
        timer.accept("linkGone", () -> plugin.linkGone(link, out));
    }

    @Override
    public void unloaded(Output out) {
        timer.accept("unloaded", () -> plugin.unloaded(out));
    }
}
