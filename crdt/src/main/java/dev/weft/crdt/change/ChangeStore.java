package dev.weft.crdt.change;

import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.history.HistoryBlock;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/**
 * The history of a document: changes in arrival order, found by id, by author and by handler, and the heads of their
 * dependency graph. Append-only; {@link #pruned} makes a smaller one. Not thread-safe.
 *
 * <p>A change is known here by its <em>ordinal</em>, its place in arrival order. {@link #get} gives back exactly the
 * bytes that came in.
 */
public final class ChangeStore {
    private final ChangeLog log = new ChangeLog();
    private final PeerTable peers = log.peers;
    private final HandlerTable handlers = log.handlers;
    private final AuthorIndex authors = new AuthorIndex(log);
    private final Heads heads = new Heads();
    private final ReplayOrder replayOrder = new ReplayOrder(log);
    private boolean clocksFollowCauses = true;

    public int size() {
        return log.size();
    }

    public boolean isEmpty() {
        return log.size() == 0;
    }

    /**
     * Appends a change whose dependencies need not be stored.
     *
     * @return its ordinal, or -1 if a change of this id is stored; that copy is kept
     * @throws CrdtFormatException if the payload has no valid envelope
     */
    public int add(Change change) {
        if (contains(change.id())) {
            return -1;
        }
        int handler = handlers.guess(change.encoded(), change.payloadOffset());
        int kind;
        int bodyOffset;
        if (handler >= 0) {
            bodyOffset = change.payloadOffset() + handlers.prefix(handler).length + 1;
            kind = change.encoded()[bodyOffset - 1] & 0xff;
        } else {
            Envelope envelope = change.envelope();
            handler = handlers.intern(new HandlerName(envelope.handlerType(), envelope.handlerId()));
            handlers.found(handler);
            bodyOffset = envelope.bodyOffset();
            kind = envelope.kind();
        }
        boolean whole = !change.isMinimal()
                || !HandlerTable.startsWith(change.encoded(), change.payloadOffset(), handlers.prefix(handler));
        int author = peers.intern(change.author());
        log.begin(author, handler, kind, whole);
        IntList stored = writeDependencies(change);
        int ordinal = log.finish(change.encoded(), whole ? 0 : bodyOffset, change.encoded().length, change.clock());
        authors.add(ordinal, author);
        handlers.ordinals(handler).add(ordinal);
        heads.update(stored, ordinal);
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
        if (!authors.isNewest(author, id.clock())) {
            throw new IllegalStateException("The clock went backwards: " + id);
        }
        log.begin(author, handler, kind, false);
        if (heads.isOnly(log.size() - 1)) {
            log.dependOnPrevious();
        } else if (heads.size() > 0) {
            log.beginDependencies(heads.size());
            for (int i = 0; i < heads.size(); i++) {
                log.dependOn(heads.get(i));
            }
        }
        int ordinal = log.finish(body.array(), 0, body.size(), id.clock());
        authors.add(ordinal, author);
        handlers.ordinals(handler).add(ordinal);
        heads.replaceAll(ordinal);
        return ordinal;
    }

    /**
     * Takes over a block of stored changes without unpacking them. Only before any other change is added; several blocks in
     * their order.
     *
     * @param covered what need not be stored for something to depend on it
     * @throws CrdtFormatException if its blobs are not all changes, each new and behind all it depends on; the store is
     *     unusable then
     */
    public void adopt(HistoryBlock block, VersionVector covered) {
        if (!block.isIndexed()) {
            throw new CrdtFormatException("A block of other blobs than changes");
        }
        SealedChanges.Segment segment = log.adopt(block, peerNumbers(block), handlerNumbers(block));
        for (int ordinal = segment.first(); ordinal < segment.end(); ordinal++) {
            int author = segment.peerOf(ordinal);
            if (!authors.isNewest(author, segment.clockAt(ordinal)) && contains(log.idAt(ordinal))) {
                throw new CrdtFormatException("A change that is stored already: " + log.idAt(ordinal));
            }
            adoptDependencies(segment, ordinal, covered);
            authors.add(ordinal, author);
            handlers.ordinals(segment.handlerOf(ordinal)).add(ordinal);
        }
    }

    private int[] peerNumbers(HistoryBlock block) {
        return block.peers().stream().mapToInt(peers::intern).toArray();
    }

    private int[] handlerNumbers(HistoryBlock block) {
        int[] numbers = new int[block.handlerCount()];
        for (int i = 0; i < numbers.length; i++) {
            ByteReader prefix = new ByteReader(block.handlerPrefix(i));
            numbers[i] = handlers.intern(
                    new HandlerName(prefix.readString("handler type"), prefix.readString("handler id")));
        }
        return numbers;
    }

    /** How many changes, from the first on, lie in blocks. */
    public int sealedSize() {
        return log.sealedSize();
    }

    /**
     * Lets a block, which was made of them, stand for the oldest changes that no block stands for yet. Nothing changes but
     * the memory they take. O(changes in the block).
     *
     * @throws IllegalArgumentException if it is a block of other changes
     */
    public void seal(HistoryBlock block) {
        if (!block.isIndexed()) {
            throw new IllegalArgumentException("A block of other blobs than changes");
        }
        log.seal(block, peerNumbers(block), handlerNumbers(block));
    }

    private void adoptDependencies(SealedChanges.Segment segment, int ordinal, VersionVector covered) {
        int place = ordinal - segment.first();
        if (segment.block().dependsOnPrevious(place)) {
            clocksFollowCauses &= HybridTimestamp.compare(segment.clockAt(ordinal - 1), segment.clockAt(ordinal)) < 0;
            if (heads.isOnly(ordinal - 1)) {
                heads.replaceAll(ordinal);
                return;
            }
        }
        IntList stored = new IntList();
        for (OperationId dependency : segment.block().dependenciesAt(place)) {
            int found = find(dependency, segment.clockAt(ordinal));
            if (found >= 0) {
                stored.add(found);
            } else if (!covered.covers(dependency)) {
                throw new CrdtFormatException(
                        "A change that depends on what comes later or never: " + log.idAt(ordinal));
            }
        }
        heads.update(stored, ordinal);
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
        return authors.ordinalOf(id);
    }

    /** The change, byte for byte as it came in. */
    public Change get(int ordinal) {
        return Change.decode(log.bytesOf(ordinal));
    }

    public OperationId idAt(int ordinal) {
        return log.idAt(ordinal);
    }

    /** The stamp of a change, packed; without unpacking it. */
    public long clockAt(int ordinal) {
        return log.clockAt(ordinal);
    }

    public HandlerName handlerAt(int ordinal) {
        return handlers.name(log.handlerOf(ordinal));
    }

    /** A reader over the operation's body, and its kind. */
    public StoredOperation operationAt(int ordinal) {
        return log.operationAt(ordinal);
    }

    /** Kind and body of a stored operation. The reader may look into shared memory: read it, do not keep its array. */
    public record StoredOperation(int kind, ByteReader body) {}

    /** The changes that edit a handler, in arrival order. */
    public int[] ordinalsOf(HandlerName name) {
        int handler = handlers.indexOf(name);
        return handler < 0 ? new int[0] : handlers.ordinals(handler).toArray();
    }

    /** The changes that edit a handler and that a vector does not cover, in arrival order. */
    public int[] ordinalsNewerThan(VersionVector vector, HandlerName name) {
        if (vector.isEmpty()) {
            return ordinalsOf(name);
        }
        BitSet newer = new BitSet(size());
        IntList ordinals = authors.newerThan(vector);
        for (int i = 0; i < ordinals.size(); i++) {
            newer.set(ordinals.get(i));
        }
        return newer.isEmpty()
                ? new int[0]
                : Arrays.stream(ordinalsOf(name)).filter(newer::get).toArray();
    }

    /** The handlers edited by changes that a vector does not cover. O(those changes), or less. */
    public List<HandlerName> handlersNewerThan(VersionVector vector) {
        BitSet found = new BitSet(handlers.size());
        if (vector.isEmpty()) {
            for (int handler = 0; handler < handlers.size(); handler++) {
                found.set(handler, handlers.ordinals(handler).size() > 0);
            }
        } else {
            IntList ordinals = authors.newerThan(vector);
            for (int i = 0; i < ordinals.size() && found.cardinality() < handlers.size(); i++) {
                found.set(log.handlerOf(ordinals.get(i)));
            }
        }
        return found.stream().mapToObj(handlers::name).toList();
    }

    public int countOf(HandlerName name) {
        int handler = handlers.indexOf(name);
        return handler < 0 ? 0 : handlers.ordinals(handler).size();
    }

    /** The changes from this ordinal on, grouped by the handler they edit, each group in arrival order. */
    public Map<HandlerName, int[]> byHandler(int firstOrdinal) {
        Map<HandlerName, int[]> groups = new LinkedHashMap<>();
        for (int ordinal = firstOrdinal; ordinal < log.size(); ordinal++) {
            int handler = log.handlerOf(ordinal);
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
        replayOrder.sort(ordinals);
    }

    /** All ordinals in the order operations are replayed in. */
    public int[] allForReplay() {
        int[] ordinals = new int[log.size()];
        Arrays.setAll(ordinals, ordinal -> ordinal);
        sortForReplay(ordinals);
        return ordinals;
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
        return authors.versionVector();
    }

    /** Whether every change is stamped later than all it depends on. Broken clocks and hostile peers produce others. */
    public boolean clocksFollowCauses() {
        return clocksFollowCauses;
    }

    /** All changes in arrival order. */
    public List<Change> all() {
        List<Change> changes = new ArrayList<>(log.size());
        for (int ordinal = 0; ordinal < log.size(); ordinal++) {
            changes.add(get(ordinal));
        }
        return changes;
    }

    /**
     * The changes a replica with this vector lacks: authors in order of their first change, ascending clocks. O(result
     * and authors).
     */
    public List<Change> newerThan(VersionVector vector) {
        IntList ordinals = authors.newerThan(vector);
        List<Change> changes = new ArrayList<>(ordinals.size());
        for (int i = 0; i < ordinals.size(); i++) {
            changes.add(get(ordinals.get(i)));
        }
        return changes;
    }

    /**
     * {@link #newerThan(VersionVector)} in arrival order, which is causal, and only as many from the front as reach {@code
     * bytesMax}, at least one. Asked again with the result added to the vector it gives the rest. O(result log authors).
     */
    public List<Change> newerThan(VersionVector vector, long bytesMax) {
        PriorityQueue<AuthorIndex.Cursor> cursors = authors.cursorsFrom(vector);
        List<Change> changes = new ArrayList<>();
        long bytes = 0;
        while (!cursors.isEmpty() && bytes < bytesMax) {
            AuthorIndex.Cursor cursor = cursors.remove();
            Change change = get(cursor.ordinal());
            changes.add(change);
            bytes += change.encoded().length;
            AuthorIndex.Cursor next = cursor.next();
            if (next != null) {
                cursors.add(next);
            }
        }
        return changes;
    }

    /** How many changes {@link #newerThan} gives. O(authors log changes). */
    public int countNewerThan(VersionVector vector) {
        return authors.countNewerThan(vector);
    }

    /**
     * The changes that are neither of these nor among their ancestors, in arrival order.
     *
     * @throws IllegalArgumentException if one of them is not stored
     */
    public List<Change> since(Collection<OperationId> version) {
        BitSet known = ancestorsOf(version);
        List<Change> changes = new ArrayList<>();
        for (int ordinal = known.nextClearBit(0); ordinal < log.size(); ordinal = known.nextClearBit(ordinal + 1)) {
            changes.add(get(ordinal));
        }
        return changes;
    }

    private BitSet ancestorsOf(Collection<OperationId> version) {
        BitSet known = new BitSet(log.size());
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
    public void forEachStoredDependency(int ordinal, IntConsumer visitor) {
        log.forEachDependency(ordinal, this::ordinalOf, new ChangeRecord.DependencyVisitor() {
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
        BitSet parents = new BitSet(log.size());
        for (int ordinal = 0; ordinal < log.size(); ordinal++) {
            forEachStoredDependency(ordinal, parents::set);
        }
        ChangeStore rest = new ChangeStore();
        Map<PeerId, OperationId> newestHeads = new LinkedHashMap<>();
        for (int ordinal = 0; ordinal < log.size(); ordinal++) {
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
        return log.retainedBytes() + 8L * log.size();
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
            if (only >= 0 && only == log.size() - 1) {
                log.dependOnPrevious();
                stored.add(only);
                return stored;
            }
        }
        log.beginDependencies(count);
        for (int i = 0; i < count; i++) {
            OperationId dependency = change.dependency(i);
            int ordinal = find(dependency, change.clock());
            if (ordinal >= 0) {
                log.dependOn(ordinal);
                stored.add(ordinal);
            } else {
                log.dependOnForeign(dependency);
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
}
