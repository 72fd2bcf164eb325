package dev.weft.crdt.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.history.HistoryBlock;
import dev.weft.crdt.id.IdSource;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.Frontiers;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The compact history against a list of changes. Replay a failure with {@code -Dseed=…}. */
class ChangeStorePropertyTest {
    private final long seed = Long.getLong("seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private final List<PeerId> peers = new ArrayList<>();
    private final List<Change> model = new ArrayList<>();
    private ChangeStore store = new ChangeStore();
    /** One in so many changes has bytes that its parts do not determine; 0 for none. Blocks of such are for the store only. */
    private int oddity = 4;

    private final Frontiers frontiers = new Frontiers();

    @Test
    void givesBackWhatItWasGiven() {
        System.out.println("seed " + seed);
        IdSource ids = IdSource.seeded(seed);
        for (int i = 0; i < 5; i++) {
            peers.add(ids.nextPeerId());
        }
        for (int i = 0; i < 3000; i++) {
            addOne(i);
        }
        assertThat(store.all()).isEqualTo(model);
        assertThat(new Frontiers(store.heads())).isEqualTo(frontiers);
        assertThat(store.heads()).isEqualTo(frontiers.heads());
        checkVectors();
        checkSince();
        checkHandlers();
        checkPruned();
    }

    /** The beginning of a history taken over in blocks, the rest added, is the same history. */
    @Test
    void takesBlocksOverWithoutADifference() {
        IdSource ids = IdSource.seeded(seed);
        for (int i = 0; i < 5; i++) {
            peers.add(ids.nextPeerId());
        }
        List<Change> whole = new ArrayList<>();
        for (int i = 0; i < 1500; i++) {
            OperationId id = new OperationId(peers.get(random.nextInt(peers.size())), random.nextInt(8) * 500L + i);
            if (whole.stream().noneMatch(other -> other.id().equals(id))) {
                List<OperationId> known = new ArrayList<>(frontiers.heads());
                if (random.nextInt(3) == 0 && !whole.isEmpty()) {
                    known = List.of(whole.get(random.nextInt(whole.size())).id());
                }
                Change change = Change.of(id, known, payload());
                whole.add(change);
                frontiers.update(id, change.dependencies());
            }
        }
        int packed = random.nextInt(whole.size());
        for (int from = 0; from < packed; ) {
            int to = Math.min(packed, from + 1 + random.nextInt(300));
            List<byte[]> blobs =
                    whole.subList(from, to).stream().map(Change::encoded).toList();
            store.adopt(HistoryBlock.open(HistoryBlock.encode(blobs)), VersionVector.EMPTY);
            from = to;
        }
        whole.subList(packed, whole.size())
                .forEach(change -> assertThat(store.add(change)).isNotNegative());
        model.addAll(whole);
        assertThat(store.all()).isEqualTo(model);
        assertThat(store.heads()).isEqualTo(frontiers.heads());
        assertThat(store.add(whole.get(0))).isNegative();
        for (int i = 0; i < model.size(); i += 7) {
            Change change = model.get(i);
            assertThat(store.ordinalOf(change.id())).isEqualTo(i);
            assertThat(store.operationAt(i).body().readRemaining())
                    .isEqualTo(change.bodyOf(change.envelope()).readRemaining());
        }
        checkVectors();
        checkSince();
        checkHandlers();
        checkPruned();
    }

    /** Blocks made of what is there, while more comes, leave everything as it was but for the memory. */
    @Test
    void isSealedWithoutADifference() {
        oddity = 0;
        IdSource ids = IdSource.seeded(seed);
        for (int i = 0; i < 5; i++) {
            peers.add(ids.nextPeerId());
        }
        for (int i = 0; i < 3000; i++) {
            addOne(i);
            int open = model.size() - store.sealedSize();
            if (open > 0 && random.nextInt(100) == 0) {
                int from = store.sealedSize();
                seal(from, from + 1 + random.nextInt(open));
            }
        }
        seal(store.sealedSize(), model.size());
        addOne(3000);
        assertThat(store.all()).isEqualTo(model);
        assertThat(store.heads()).isEqualTo(frontiers.heads());
        checkVectors();
        checkSince();
        checkHandlers();
        checkPruned();
    }

    private void seal(int from, int to) {
        if (from == to) {
            return;
        }
        List<byte[]> blobs =
                model.subList(from, to).stream().map(Change::encoded).toList();
        store.seal(HistoryBlock.open(HistoryBlock.encode(blobs)));
        assertThat(store.sealedSize()).isEqualTo(to);
        int ordinal = random.nextInt(model.size());
        assertThat(store.get(ordinal)).isEqualTo(model.get(ordinal));
        assertThat(store.ordinalOf(model.get(ordinal).id())).isEqualTo(ordinal);
    }

    @Test
    void refusesToBeSealedByABlockOfOtherChanges() {
        peers.add(PeerId.parse("0a000000-0000-4000-8000-00000000000a"));
        Change one = Change.of(new OperationId(peers.get(0), 1), List.of(), payload());
        Change two = Change.of(new OperationId(peers.get(0), 2), List.of(one.id()), payload());
        store.add(one);
        HistoryBlock other = HistoryBlock.open(HistoryBlock.encode(List.of(two.encoded())));
        HistoryBlock both = HistoryBlock.open(HistoryBlock.encode(List.of(one.encoded(), two.encoded())));
        assertThatThrownBy(() -> store.seal(other)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.seal(both)).isInstanceOf(IllegalArgumentException.class);
        assertThat(store.all()).containsExactly(one);
    }

    @Test
    void refusesBlocksThatAreNotTheBeginningOfAHistory() {
        peers.add(PeerId.parse("0a000000-0000-4000-8000-00000000000a"));
        OperationId first = new OperationId(peers.get(0), 1);
        Change one = Change.of(first, List.of(), payload());
        Change two = Change.of(new OperationId(peers.get(0), 2), List.of(first), payload());
        HistoryBlock onlySecond = HistoryBlock.open(HistoryBlock.encode(List.of(two.encoded())));
        HistoryBlock both = HistoryBlock.open(HistoryBlock.encode(List.of(one.encoded(), two.encoded())));
        HistoryBlock noChange = HistoryBlock.open(HistoryBlock.encode(List.of(new byte[] {7})));
        assertThatThrownBy(() -> new ChangeStore().adopt(onlySecond, VersionVector.EMPTY))
                .isInstanceOf(CrdtFormatException.class);
        assertThatThrownBy(() -> new ChangeStore().adopt(noChange, VersionVector.EMPTY))
                .isInstanceOf(CrdtFormatException.class);
        store.adopt(both, VersionVector.EMPTY);
        assertThatThrownBy(() -> store.adopt(both, VersionVector.EMPTY)).isInstanceOf(CrdtFormatException.class);
        store = new ChangeStore();
        store.add(one);
        assertThatThrownBy(() -> store.adopt(onlySecond, VersionVector.EMPTY))
                .isInstanceOf(IllegalStateException.class);
    }

    private void addOne(int step) {
        OperationId id = new OperationId(peers.get(random.nextInt(peers.size())), random.nextInt(8) * 500L + step);
        Change change =
                oddity > 0 && random.nextInt(oddity) == 0 ? oddChange(id) : Change.of(id, dependencies(), payload());
        boolean known = model.stream().anyMatch(other -> other.id().equals(id));
        assertThat(store.add(change)).isEqualTo(known ? -1 : model.size());
        if (!known) {
            model.add(change);
            frontiers.update(id, change.dependencies());
            assertThat(store.operationAt(model.size() - 1).body().readRemaining())
                    .isEqualTo(change.bodyOf(change.envelope()).readRemaining());
        }
    }

    private List<OperationId> dependencies() {
        List<OperationId> dependencies = new ArrayList<>();
        if (random.nextBoolean()) {
            dependencies.addAll(frontiers.heads());
        }
        for (int i = random.nextInt(3); i > 0 && !model.isEmpty(); i--) {
            dependencies.add(model.get(random.nextInt(model.size())).id());
        }
        if (random.nextInt(10) == 0) {
            dependencies.add(new OperationId(PeerId.of(new java.util.UUID(random.nextLong(), 7)), 3));
        }
        return dependencies;
    }

    private byte[] payload() {
        ByteWriter body = new ByteWriter();
        for (int i = random.nextInt(6); i > 0; i--) {
            if (random.nextBoolean()) {
                peers.get(random.nextInt(peers.size())).write(body);
            } else {
                body.writeUvarint(random.nextInt(100_000));
            }
        }
        if (random.nextInt(200) == 0) {
            body.writeBytes(new byte[70_000]);
        }
        int kind = random.nextInt(20) == 0 ? random.nextInt(256) : random.nextInt(4);
        return Envelope.encode("Type" + random.nextInt(3), "id" + random.nextInt(4), kind, body.toByteArray());
    }

    /** Legal bytes nobody writes: an over-long count, or a handler id that loses its byte order mark. */
    private Change oddChange(OperationId id) {
        ByteWriter writer = new ByteWriter().writeByte(2);
        if (random.nextBoolean()) {
            id.write(writer.writeByte(0x80).writeByte(0));
            return Change.decode(writer.writeBlob(payload()).toByteArray());
        }
        id.write(writer.writeByte(0));
        byte[] payload = new ByteWriter()
                .writeString("T")
                .writeString("\ufeffid")
                .writeByte(1)
                .writeLong(7)
                .toByteArray();
        return Change.decode(writer.writeBlob(payload).toByteArray());
    }

    private void checkVectors() {
        VersionVector.Builder expected = VersionVector.builder();
        model.forEach(change -> expected.update(change.id()));
        assertThat(store.versionVector()).isEqualTo(expected.build());
        for (int i = 0; i < 20; i++) {
            VersionVector.Builder builder = VersionVector.builder();
            peers.forEach(peer -> {
                if (random.nextInt(3) > 0) {
                    builder.update(peer, random.nextInt(6000));
                }
            });
            VersionVector vector = builder.build();
            List<Change> newer = store.newerThan(vector);
            assertThat(newer).hasSize(store.countNewerThan(vector));
            assertThat(newer)
                    .containsExactlyInAnyOrderElementsOf(model.stream()
                            .filter(change -> !vector.covers(change.id()))
                            .toList());
        }
    }

    private void checkSince() {
        Map<OperationId, Change> byId = new LinkedHashMap<>();
        model.forEach(change -> byId.put(change.id(), change));
        OperationId version = model.get(random.nextInt(model.size())).id();
        Set<OperationId> known = new HashSet<>();
        List<OperationId> queue = new ArrayList<>(List.of(version));
        while (!queue.isEmpty()) {
            OperationId next = queue.remove(queue.size() - 1);
            if (byId.containsKey(next) && known.add(next)) {
                queue.addAll(byId.get(next).dependencies());
            }
        }
        assertThat(store.since(List.of(version)))
                .isEqualTo(model.stream()
                        .filter(change -> !known.contains(change.id()))
                        .toList());
    }

    private void checkHandlers() {
        for (HandlerName name : store.handlers()) {
            int[] ordinals = store.ordinalsOf(name);
            assertThat(ordinals).hasSize(store.countOf(name));
            for (int ordinal : ordinals) {
                assertThat(store.handlerAt(ordinal)).isEqualTo(name);
            }
        }
        int[] replay = store.allForReplay();
        List<Change> sorted = new ArrayList<>(model);
        sorted.sort(Change.REPLAY_ORDER);
        for (int i = 0; i < replay.length; i++) {
            assertThat(store.idAt(replay[i])).isEqualTo(sorted.get(i).id());
        }
    }

    private void checkPruned() {
        Set<Integer> victims = new HashSet<>();
        for (int i = 0; i < model.size(); i++) {
            if (random.nextInt(3) > 0) {
                victims.add(i);
            }
        }
        List<Change> rest = new ArrayList<>();
        for (int i = 0; i < model.size(); i++) {
            if (!victims.contains(i)) {
                rest.add(model.get(i));
            }
        }
        assertThat(store.pruned(victims::contains).all()).isEqualTo(rest);
        assertThat(store.all()).isEqualTo(model);
    }
}
