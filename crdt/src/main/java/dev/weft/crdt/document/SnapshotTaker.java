package dev.weft.crdt.document;

import dev.weft.crdt.change.ChangeStore;
import dev.weft.crdt.change.HandlerName;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.version.VersionVector;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Folds history into a snapshot. One use each.
 *
 * <p>Whether a handler object exists does not matter: what has a built-in type is folded with opaque values. What
 * cannot be folded at all (an unknown type, an operation of another type than its handler's, a damaged blob) keeps its
 * blob as it is, and the snapshot's vector stops short of its changes, so that they are neither filtered from reads nor
 * pruned (spec crdt W4, W9).
 */
final class SnapshotTaker {
    private final DocumentOptions options;
    private final ChangeStore store;
    private final Snapshot previous;
    private final HandlerRegistry registry;
    private final Map<String, Representation<?, ?>> represented = new LinkedHashMap<>();
    private final Set<HandlerName> unfoldable = new HashSet<>();

    SnapshotTaker(DocumentOptions options, ChangeStore store, Snapshot previous, HandlerRegistry registry) {
        this.options = options;
        this.store = store;
        this.previous = previous;
        this.registry = registry;
    }

    /** How a handler is folded. @param attached its handler object, or null */
    private record Representation<S, O extends Operation>(
            HandlerName name, DataType<S, O> type, AttachedHandler<S, O> attached) {}

    /** @param limit the snapshot covers at most this; all that is known, if it is not smaller */
    Snapshot take(VersionVector limit, VersionVector known) {
        registry.all().forEach(this::representAttached);
        HandlerManifest.readOrEmpty(previous).forEach((id, type) -> representByTag(new HandlerName(type, id)));
        VersionVector covered = previous == null ? VersionVector.EMPTY : previous.versionVector();
        for (HandlerName name : store.handlersNewerThan(covered)) {
            representByTag(name);
            if (!isRepresented(name)) {
                unfoldable.add(name);
            }
        }
        boolean reachesAll = limit.dominates(known);
        represented.values().removeIf(representation -> hasDamagedSeed(representation, reachesAll));
        boolean everything = unfoldable.isEmpty() && reachesAll;
        VersionVector vector = everything ? known : new SnapshotCut(store, covered, unfoldable::contains).at(limit);
        return Snapshot.of(vector, fold(vector, everything));
    }

    private <S, O extends Operation> void representAttached(AttachedHandler<S, O> handler) {
        represented.put(handler.name().id(), new Representation<>(handler.name(), handler.type(), handler));
    }

    private void representByTag(HandlerName name) {
        DataType<?, ?> type = options.typeOf(name.type());
        if (type != null && !name.id().startsWith(Snapshot.RESERVED_PREFIX)) {
            represented.computeIfAbsent(name.id(), id -> new Representation<>(name, type, null));
        }
    }

    private boolean isRepresented(HandlerName name) {
        Representation<?, ?> representation = represented.get(name.id());
        return representation != null && representation.name.equals(name);
    }

    private boolean hasDamagedSeed(Representation<?, ?> representation, boolean reachesAll) {
        // The state of a handler object is wanted anyway if everything is folded, and knows what it began from.
        boolean damaged = reachesAll && representation.attached != null
                ? representation.attached.seedIsMalformed()
                : Replay.seed(previous, representation.name.id(), representation.type) == null;
        if (damaged) {
            unfoldable.add(representation.name);
        }
        return damaged;
    }

    private Map<String, byte[]> fold(VersionVector vector, boolean everything) {
        Map<String, byte[]> data = new LinkedHashMap<>();
        Map<String, String> types = new LinkedHashMap<>();
        boolean needsManifest = false;
        for (Representation<?, ?> representation : represented.values()) {
            HandlerName name = representation.name;
            data.put(name.id(), fold(representation, vector, everything));
            types.put(name.id(), name.type());
            // Beyond the reference, which writes it for containers only: without a handler object and without the
            // changes, nothing else would remember the type of a folded handler.
            needsManifest |= representation.attached == null || BuiltInTypes.isContainer(name.type());
        }
        if (previous != null) {
            previous.data().forEach(data::putIfAbsent);
        }
        data.remove(Snapshot.MANIFEST_KEY);
        if (needsManifest || registry.hasContainer()) {
            data.put(Snapshot.MANIFEST_KEY, HandlerManifest.encode(types));
        }
        return data;
    }

    private <S, O extends Operation> byte[] fold(
            Representation<S, O> representation, VersionVector vector, boolean everything) {
        if (everything && representation.attached != null && representation.attached.isComplete()) {
            return encode(representation.type, representation.attached.state());
        }
        return replay(representation.name, representation.type, vector);
    }

    private <S, O extends Operation> byte[] replay(HandlerName name, DataType<S, O> own, VersionVector vector) {
        // Opaque values first: a body another peer can read, but the codec of this handler cannot, is not lost then.
        DataType<?, ?> opaque = options.typeOf(name.type());
        return opaque == null ? replayAs(own, name, vector) : replayAs(opaque, name, vector);
    }

    private <S, O extends Operation> byte[] replayAs(DataType<S, O> type, HandlerName name, VersionVector vector) {
        IntPredicate covers = ordinal -> vector.covers(store.idAt(ordinal));
        Replay<S, O> replay = new Replay<>(store, previous, covers, name, type);
        replay.advance(covers);
        return encode(type, replay.state());
    }

    private static <S, O extends Operation> byte[] encode(DataType<S, O> type, S state) {
        ByteWriter blob = new ByteWriter(256);
        type.encodeState(state, blob);
        return blob.toByteArray();
    }
}
