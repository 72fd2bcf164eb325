package dev.weft.server.simulation;

import dev.weft.crdt.history.HistoryBlock;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.host.HostEffect;
import dev.weft.server.document.host.Hosted;
import java.util.List;

/** A hosted document that does what another one does, unless a broken variant changes it. */
class HostedWrapper implements Hosted {
    final Hosted inner;

    HostedWrapper(Hosted inner) {
        this.inner = inner;
    }

    List<HostEffect> changed(List<HostEffect> effects, long nowMillis) {
        return effects;
    }

    @Override
    public long epoch() {
        return inner.epoch();
    }

    @Override
    public List<HostEffect> receive(OwnerMessage message, long nowMillis) {
        return changed(inner.receive(message, nowMillis), nowMillis);
    }

    @Override
    public List<HostEffect> persisted(long upToPosition, long nowMillis) {
        return changed(inner.persisted(upToPosition, nowMillis), nowMillis);
    }

    @Override
    public List<HostEffect> persistFailed(boolean stale, long nowMillis) {
        return changed(inner.persistFailed(stale, nowMillis), nowMillis);
    }

    @Override
    public void packed(long firstPosition, HistoryBlock block) {
        inner.packed(firstPosition, block);
    }

    @Override
    public List<HostEffect> compacted(long upToPosition, boolean succeeded) {
        return inner.compacted(upToPosition, succeeded);
    }

    @Override
    public List<HostEffect> nodeLeft(String nodeId) {
        return inner.nodeLeft(nodeId);
    }

    @Override
    public List<HostEffect> tick(long nowMillis) {
        return changed(inner.tick(nowMillis), nowMillis);
    }

    @Override
    public List<HostEffect> detach(long nowMillis) {
        return inner.detach(nowMillis);
    }

    @Override
    public List<HostEffect> dismiss(String hint) {
        return inner.dismiss(hint);
    }

    @Override
    public long residentBytes() {
        return inner.residentBytes();
    }

    @Override
    public boolean isDurable() {
        return inner.isDurable();
    }

    @Override
    public boolean isIdle() {
        return inner.isIdle();
    }
}
