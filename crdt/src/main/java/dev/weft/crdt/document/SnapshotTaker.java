package dev.weft.crdt.document;

import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.handler.ContainerHandler;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.version.VersionVector;
import java.util.LinkedHashMap;
import java.util.Map;

/** Folds history into a snapshot. */
final class SnapshotTaker {
    private final Replay replay;
    private final HandlerRegistry registry;

    SnapshotTaker(Replay replay, HandlerRegistry registry) {
        this.replay = replay;
        this.registry = registry;
    }

    Snapshot take(VersionVector vector) {
        Map<String, byte[]> data = new LinkedHashMap<>();
        boolean nested = false;
        for (AttachedHandler<?, ?> handler : registry.all()) {
            data.put(handler.name().id(), fold(handler));
            nested |= handler.handler() instanceof ContainerHandler;
        }
        if (nested) {
            data.put(
                    Snapshot.MANIFEST_KEY,
                    HandlerManifest.encode(registry.handlers().values()));
        }
        return Snapshot.of(vector, data);
    }

    private <S, O extends Operation> byte[] fold(AttachedHandler<S, O> handler) {
        ByteWriter blob = new ByteWriter(256);
        handler.type().encodeState(handler.state(), blob);
        return blob.toByteArray();
    }
}
