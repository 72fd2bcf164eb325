package dev.weft.crdt.change;

import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * The history of a document: changes in arrival order, found by id, by author and by handler, and the heads of their
 * dependency graph. Append-only; {@link #pruned} makes a smaller one. Not thread-safe.
 *
 * <p>A change is known here by its <em>ordinal</em>, its place in arrival order. {@link #get} gives back exactly the
 * bytes that came in.
 */
public final class ChangeStore {
    /*
     * A document of a quarter of a million keystrokes has as many changes, so none of them is an object here. Clocks
     * and record addresses are columns. A record holds what is left, in an arena of large arrays:
     *
     *   header   kind (3 bits), form of the dependencies (2 bits), whole, compressed
     *   author   number in the peer table
     *   handler  number in the handler table, which holds the type and id an envelope begins with
     *   kind     only when it does not fit the header
     *   deps     nothing, if there are none or the change before this one is the only one; otherwise a list of
     *            distances in arrival order, or of peer number and clock for changes that are not stored
     *   body     length and bytes, peer ids in it replaced by numbers
     *
     * Whatever these parts do not determine (repeated dependencies are in the list, but over-long varints or ids with
     * a byte order mark are not) makes a "whole" record, which carries the original bytes as its body.
     */
    private final PeerTable peers = new PeerTable();
    private final HandlerTable handlers = new HandlerTable();
    private final PeerCompression compression = new PeerCompression(peers);
    private final ChangeArena arena = new ChangeArena();
    private final IntList authors = new IntList();
    private final IntList heads = new IntList();
    private final ByteWriter record = new ByteWriter(256);
    private final ByteWriter compressed = new ByteWriter(256);
    private long[] clocks = new long[4];
    private int[] addresses = new int[4];
    private int size;
    private boolean clocksFollowCauses = true;

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /**
     * Appends a change whose dependencies need not be stored.
     *
     * @return its ordinal, or -1 if a change of this id is stored; that copy is kept
     * @throws dev.weft.crdt.codec.CrdtFormatException if the payload has no valid envelope
     */
    public int add(Change change) {
        if (contains(change.id())) {
            return -1;
        }
        Envelope envelope = null;
        int handler = handlers.guess(change.encoded(), change.payloadOffset());
        int kind;
        int bodyOffset;
        if (handler >= 0) {
            bodyOffset = change.payloadOffset() + handlers.prefix(handler).length + 1;
            kind = change.encoded()[bodyOffset - 1] & 0xff;
        } else {
            envelope = change.envelope();
            handler = handlers.intern(new HandlerName(envelope.handlerType(), envelope.handlerId()));
            handlers.found(handler);
            bodyOffset = envelope.bodyOffset();
            kind = envelope.kind();
        }
        boolean whole = !change.isMinimal()
                || !HandlerTable.startsWith(change.encoded(), change.payloadOffset(), handlers.prefix(handler));
        int author = peers.intern(change.author());
        beginRecord(author, handler, kind, whole ? ChangeRecord.WHOLE : 0);
        IntList stored = writeDependencies(change);
        finishRecord(change.encoded(), whole ? 0 : bodyOffset, change.encoded().length);
        int ordinal = append(author, handler, change.clock());
        updateHeads(stored, ordinal);
        return ordinal;
    }

    /**
     * Appends a local operation that depends on all heads, without ever building its {@link Change}.
     *
     * @param handler from {@link #handlerIndex}
     * @return its ordinal
     */
    public int addLocal(OperationId id, int handler, int kind, ByteWriter body) {
        int author = peers.intern(id.peer());
        IntList own = peers.changes(author);
        if (own.size() > 0 && HybridTimestamp.compare(clocks[own.last()], id.clock()) >= 0) {
            throw new IllegalStateException("The clock went backwards: " + id);
        }
        beginRecord(author, handler, kind, 0);
        if (heads.size() == 1 && heads.last() == size - 1) {
            orHeader(ChangeRecord.PREVIOUS_CHANGE);
        } else if (heads.size() > 0) {
            orHeader(ChangeRecord.DEPENDENCY_LIST);
            record.writeUvarint(heads.size());
            for (int i = 0; i < heads.size(); i++) {
                record.writeUvarint((long) (size - heads.get(i)) << 1);
            }
        }
        finishRecord(body.array(), 0, body.size());
        heads.clear();
        int ordinal = append(author, handler, id.clock());
        heads.add(ordinal);
        return ordinal;
    }

    /** The number of a handler, for {@link #addLocal} and {@link #ordinalsOf}; assigns one if need be. */
    public int handlerIndex(HandlerName name) {
        return handlers.intern(name);
    }

    /** The handlers named by stored changes, or by {@link #handlerIndex}, in order of first appearance. */
    public List<HandlerName> handlers() {
        List<HandlerName> names = new ArrayList<>(handlers.size());
        for (int i = 0; i < handlers.size(); i++) {
            names.add(handlers.name(i));
        }
        return names;
    }

    public boolean contains(OperationId id) {
        return ordinalOf(id) >= 0;
    }

    /** The place of a change in arrival order, or -1. O(log of its author's changes). */
    public int ordinalOf(OperationId id) {
        int author = peers.indexOf(id.peer());
        return author < 0 ? -1 : ordinalOf(author, id.clock());
    }

    private int ordinalOf(int author, long clock) {
        IntList own = peers.changes(author);
        int place = firstAtLeast(own, clock);
        return place < own.size() && clocks[own.get(place)] == clock ? own.get(place) : -1;
    }

    /** The change, byte for byte as it came in. */
    public Change get(int ordinal) {
        return Change.decode(bytesOf(ordinal));
    }

    public OperationId idAt(int ordinal) {
        return new OperationId(peers.peer(open(ordinal).peer), clocks[ordinal]);
    }

    public HandlerName handlerAt(int ordinal) {
        return handlers.name(open(ordinal).handler);
    }

    /** A reader over the operation's body, and its kind. */
    public StoredOperation operationAt(int ordinal) {
        ChangeRecord stored = open(ordinal);
        stored.readDependencies(null);
        if (stored.is(ChangeRecord.WHOLE)) {
            Change change = Change.decode(readBody(stored));
            return new StoredOperation(stored.kind, change.bodyOf(change.envelope()));
        }
        int length = (int) stored.rest.readUvarint("body");
        if (stored.is(ChangeRecord.COMPRESSED)) {
            return new StoredOperation(stored.kind, new ByteReader(compression.read(stored.rest, length)));
        }
        return new StoredOperation(stored.kind, new ByteReader(stored.rest.array(), stored.rest.position(), length));
    }

    /** Kind and body of a stored operation. The reader may look into shared memory: read it, do not keep its array. */
    public record StoredOperation(int kind, ByteReader body) {}

    /** The changes that edit a handler, in arrival order. */
    public int[] ordinalsOf(HandlerName name) {
        int handler = handlers.indexOf(name);
        return handler < 0 ? new int[0] : handlers.ordinals(handler).toArray();
    }

    public int countOf(HandlerName name) {
        int handler = handlers.indexOf(name);
        return handler < 0 ? 0 : handlers.ordinals(handler).size();
    }

    /** The changes from this ordinal on, grouped by the handler they edit, each group in arrival order. */
    public Map<HandlerName, int[]> byHandler(int firstOrdinal) {
        Map<HandlerName, int[]> groups = new LinkedHashMap<>();
        for (int ordinal = firstOrdinal; ordinal < size; ordinal++) {
            int handler = open(ordinal).handler;
            groups.computeIfAbsent(handlers.name(handler), name -> tail(handlers.ordinals(handler), firstOrdinal));
        }
        return groups;
    }

    private static int[] tail(IntList ordinals, int first) {
        int from = ordinals.size();
        while (from > 0 && ordinals.get(from - 1) >= first) {
            from--;
        }
        int[] tail = new int[ordinals.size() - from];
        Arrays.setAll(tail, i -> ordinals.get(ordinals.size() - tail.length + i));
        return tail;
    }

    /** Sorts ordinals by clock, then author: the order operations are replayed in (spec crdt 8.2). */
    public void sortForReplay(int[] ordinals) {
        if (isInReplayOrder(ordinals)) {
            return;
        }
        Integer[] boxed = new Integer[ordinals.length];
        Arrays.setAll(boxed, i -> ordinals[i]);
        Arrays.sort(boxed, this::compareForReplay);
        Arrays.setAll(ordinals, i -> boxed[i]);
    }

    /** All ordinals in the order operations are replayed in. */
    public int[] allForReplay() {
        int[] ordinals = new int[size];
        Arrays.setAll(ordinals, ordinal -> ordinal);
        sortForReplay(ordinals);
        return ordinals;
    }

    private boolean isInReplayOrder(int[] ordinals) {
        for (int i = 1; i < ordinals.length; i++) {
            if (compareForReplay(ordinals[i - 1], ordinals[i]) > 0) {
                return false;
            }
        }
        return true;
    }

    private int compareForReplay(int a, int b) {
        int byClock = HybridTimestamp.compare(clocks[a], clocks[b]);
        return byClock != 0 || a == b ? byClock : idAt(a).peer().compareTo(idAt(b).peer());
    }

    /** The first dependency, in its order, that is neither stored nor covered by the vector; null if there is none. */
    public OperationId firstMissingDependency(Change change, VersionVector covered) {
        for (int i = 0; i < change.dependencyCount(); i++) {
            OperationId dependency = change.dependency(i);
            if (!contains(dependency) && !covered.covers(dependency)) {
                return dependency;
            }
        }
        return null;
    }

    /** The changes no other one depends on, in the order in which they became so (spec crdt 6). */
    public List<OperationId> heads() {
        List<OperationId> ids = new ArrayList<>(heads.size());
        for (int i = 0; i < heads.size(); i++) {
            ids.add(idAt(heads.get(i)));
        }
        return ids;
    }

    /** Per author the newest stored change, authors in order of their first stored change. */
    public VersionVector versionVector() {
        VersionVector.Builder vector = VersionVector.builder();
        for (int i = 0; i < authors.size(); i++) {
            int author = authors.get(i);
            vector.update(peers.peer(author), clocks[peers.changes(author).last()]);
        }
        return vector.build();
    }

    /** Whether every change is stamped later than all it depends on. Broken clocks and hostile peers produce others. */
    public boolean clocksFollowCauses() {
        return clocksFollowCauses;
    }

    /** All changes in arrival order. */
    public List<Change> all() {
        List<Change> changes = new ArrayList<>(size);
        for (int ordinal = 0; ordinal < size; ordinal++) {
            changes.add(get(ordinal));
        }
        return changes;
    }

    /**
     * The changes a replica with this vector lacks: authors in order of their first change, ascending clocks. O(result
     * and authors).
     */
    public List<Change> newerThan(VersionVector vector) {
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < authors.size(); i++) {
            int author = authors.get(i);
            IntList own = peers.changes(author);
            HybridTimestamp seen = vector.get(peers.peer(author));
            for (int place = seen == null ? 0 : firstAfter(own, seen.packed()); place < own.size(); place++) {
                changes.add(get(own.get(place)));
            }
        }
        return changes;
    }

    /**
     * {@link #newerThan(VersionVector)} in arrival order, which is causal, and only as many from the front as reach {@code
     * bytesMax}, at least one. Asked again with the result added to the vector it gives the rest. O(result log authors).
     */
    public List<Change> newerThan(VersionVector vector, long bytesMax) {
        PriorityQueue<Cursor> cursors = new PriorityQueue<>();
        for (int i = 0; i < authors.size(); i++) {
            int author = authors.get(i);
            IntList own = peers.changes(author);
            HybridTimestamp seen = vector.get(peers.peer(author));
            int place = seen == null ? 0 : firstAfter(own, seen.packed());
            if (place < own.size()) {
                cursors.add(new Cursor(own, place));
            }
        }
        List<Change> changes = new ArrayList<>();
        long bytes = 0;
        while (!cursors.isEmpty() && bytes < bytesMax) {
            Cursor next = cursors.remove();
            Change change = get(next.ordinal());
            changes.add(change);
            bytes += change.encoded().length;
            if (next.place + 1 < next.own.size()) {
                cursors.add(new Cursor(next.own, next.place + 1));
            }
        }
        return changes;
    }

    /** A place in the changes of one author. */
    private record Cursor(IntList own, int place) implements Comparable<Cursor> {
        int ordinal() {
            return own.get(place);
        }

        @Override
        public int compareTo(Cursor other) {
            return Integer.compare(ordinal(), other.ordinal());
        }
    }

    /** How many changes {@link #newerThan} gives. O(authors log changes). */
    public int countNewerThan(VersionVector vector) {
        int count = 0;
        for (int i = 0; i < authors.size(); i++) {
            int author = authors.get(i);
            IntList own = peers.changes(author);
            HybridTimestamp seen = vector.get(peers.peer(author));
            count += own.size() - (seen == null ? 0 : firstAfter(own, seen.packed()));
        }
        return count;
    }

    /**
     * The changes that are neither of these nor among their ancestors, in arrival order.
     *
     * @throws IllegalArgumentException if one of them is not stored
     */
    public List<Change> since(Collection<OperationId> version) {
        BitSet known = ancestorsOf(version);
        List<Change> changes = new ArrayList<>();
        for (int ordinal = known.nextClearBit(0); ordinal < size; ordinal = known.nextClearBit(ordinal + 1)) {
            changes.add(get(ordinal));
        }
        return changes;
    }

    private BitSet ancestorsOf(Collection<OperationId> version) {
        BitSet known = new BitSet(size);
        int newest = -1;
        for (OperationId id : version) {
            int ordinal = ordinalOf(id);
            if (ordinal < 0) {
                throw new IllegalArgumentException("No such change: " + id);
            }
            known.set(ordinal);
            newest = Math.max(newest, ordinal);
        }
        // Dependencies arrive before their dependents, so one pass backwards meets every ancestor after its children.
        for (int ordinal = newest; ordinal >= 0; ordinal = known.previousSetBit(ordinal - 1)) {
            forEachStoredDependency(ordinal, known::set);
        }
        return known;
    }

    /** Visits the ordinals a change depends on, repetitions included; not the dependencies that are not stored. */
    public void forEachStoredDependency(int ordinal, java.util.function.IntConsumer visitor) {
        open(ordinal).readDependencies(new ChangeRecord.DependencyVisitor() {
            @Override
            public void stored(int dependency) {
                visitor.accept(dependency);
            }

            @Override
            public void foreign(int peer, long clock) {}
        });
    }

    /**
     * A store without the changes chosen. The others keep their bytes, including dependencies on what is gone: the
     * reference rewrites them, and then copies of one change differ (spec crdt 10.3, W6). Heads become, per author, the
     * newest remaining change that had no dependents (spec crdt 9).
     */
    public ChangeStore pruned(IntPredicate victim) {
        BitSet parents = new BitSet(size);
        for (int ordinal = 0; ordinal < size; ordinal++) {
            forEachStoredDependency(ordinal, parents::set);
        }
        ChangeStore rest = new ChangeStore();
        Map<PeerId, OperationId> newestHeads = new LinkedHashMap<>();
        for (int ordinal = 0; ordinal < size; ordinal++) {
            if (victim.test(ordinal)) {
                continue;
            }
            Change change = get(ordinal);
            rest.add(change);
            if (!parents.get(ordinal)) {
                newestHeads.merge(change.author(), change.id(), (a, b) -> a.compareTo(b) >= 0 ? a : b);
            }
        }
        rest.heads.clear();
        newestHeads.values().forEach(head -> rest.heads.add(rest.ordinalOf(head)));
        return rest;
    }

    /** What the columns and the arena occupy. For measurements. */
    public long retainedBytes() {
        return arena.bytes() + 12L * clocks.length + 8L * size;
    }

    private void beginRecord(int author, int handler, int kind, int flags) {
        boolean shortKind = kind < ChangeRecord.KIND_FOLLOWS;
        record.reset()
                .writeByte(flags | (shortKind ? kind : ChangeRecord.KIND_FOLLOWS))
                .writeUvarint(author)
                .writeUvarint(handler);
        if (!shortKind) {
            record.writeByte(kind);
        }
    }

    private void orHeader(int flags) {
        record.array()[0] |= (byte) flags;
    }

    /** @return the ordinals of those that are stored */
    private IntList writeDependencies(Change change) {
        int count = change.dependencyCount();
        IntList stored = new IntList();
        if (count == 0) {
            return stored;
        }
        if (count == 1) {
            int only = find(change.dependency(0), change.clock());
            if (only >= 0 && only == size - 1) {
                orHeader(ChangeRecord.PREVIOUS_CHANGE);
                stored.add(only);
                return stored;
            }
        }
        orHeader(ChangeRecord.DEPENDENCY_LIST);
        record.writeUvarint(count);
        for (int i = 0; i < count; i++) {
            OperationId dependency = change.dependency(i);
            int ordinal = find(dependency, change.clock());
            if (ordinal >= 0) {
                record.writeUvarint((long) (size - ordinal) << 1);
                stored.add(ordinal);
            } else {
                record.writeUvarint((long) peers.intern(dependency.peer()) << 1 | 1)
                        .writeLong(dependency.clock());
            }
        }
        return stored;
    }

    private int find(OperationId dependency, long dependentClock) {
        if (HybridTimestamp.compare(dependency.clock(), dependentClock) >= 0) {
            clocksFollowCauses = false;
        }
        return ordinalOf(dependency);
    }

    private void finishRecord(byte[] bytes, int from, int to) {
        record.writeUvarint(to - from);
        compressed.reset();
        if (compression.write(bytes, from, to, compressed)) {
            orHeader(ChangeRecord.COMPRESSED);
            record.writeBytes(compressed.array(), 0, compressed.size());
        } else {
            record.writeBytes(bytes, from, to - from);
        }
    }

    private int append(int author, int handler, long clock) {
        if (size == clocks.length) {
            int capacity = size + Math.max(4, size >> 2);
            clocks = Arrays.copyOf(clocks, capacity);
            addresses = Arrays.copyOf(addresses, capacity);
        }
        int ordinal = size++;
        clocks[ordinal] = clock;
        addresses[ordinal] = arena.append(record.array(), record.size());
        IntList own = peers.changes(author);
        if (own.size() == 0) {
            authors.add(author);
        }
        if (own.size() == 0 || HybridTimestamp.compare(clocks[own.last()], clock) < 0) {
            own.add(ordinal);
        } else {
            own.insert(firstAtLeast(own, clock), ordinal);
        }
        handlers.ordinals(handler).add(ordinal);
        return ordinal;
    }

    private void updateHeads(IntList dependencies, int ordinal) {
        if (heads.size() > 16 && dependencies.size() > 16) {
            removeManyHeads(dependencies);
        } else {
            for (int i = 0; i < dependencies.size(); i++) {
                int place = heads.indexOf(dependencies.get(i));
                if (place >= 0) {
                    heads.removeAt(place);
                }
            }
        }
        heads.add(ordinal);
    }

    private void removeManyHeads(IntList dependencies) {
        Set<Integer> gone = new HashSet<>();
        for (int i = 0; i < dependencies.size(); i++) {
            gone.add(dependencies.get(i));
        }
        int[] before = heads.toArray();
        heads.clear();
        for (int head : before) {
            if (!gone.contains(head)) {
                heads.add(head);
            }
        }
    }

    private int firstAtLeast(IntList own, long clock) {
        int low = 0;
        int high = own.size();
        if (high > 0 && HybridTimestamp.compare(clocks[own.last()], clock) < 0) {
            return high;
        }
        while (low < high) {
            int middle = low + high >>> 1;
            if (HybridTimestamp.compare(clocks[own.get(middle)], clock) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private int firstAfter(IntList own, long clock) {
        int place = firstAtLeast(own, clock);
        return place < own.size() && clocks[own.get(place)] == clock ? place + 1 : place;
    }

    private ChangeRecord open(int ordinal) {
        int address = addresses[ordinal];
        return new ChangeRecord(ordinal, arena.chunkOf(address), ChangeArena.offsetOf(address));
    }

    private byte[] bytesOf(int ordinal) {
        ChangeRecord stored = open(ordinal);
        List<OperationId> dependencies = new ArrayList<>(1);
        stored.readDependencies(new ChangeRecord.DependencyVisitor() {
            @Override
            public void stored(int dependency) {
                dependencies.add(idAt(dependency));
            }

            @Override
            public void foreign(int peer, long clock) {
                dependencies.add(new OperationId(peers.peer(peer), clock));
            }
        });
        byte[] body = readBody(stored);
        if (stored.is(ChangeRecord.WHOLE)) {
            return body;
        }
        byte[] prefix = handlers.prefix(stored.handler);
        OperationId id = new OperationId(peers.peer(stored.peer), clocks[ordinal]);
        return Change.encode(id, dependencies, prefix, stored.kind, body);
    }

    private byte[] readBody(ChangeRecord stored) {
        int length = (int) stored.rest.readUvarint("body");
        return stored.is(ChangeRecord.COMPRESSED)
                ? compression.read(stored.rest, length)
                : stored.rest.readBytes(length, "body");
    }
}
