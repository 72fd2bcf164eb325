package dev.weft.server.simulation;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.id.OperationId;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import dev.weft.testkit.stock.Blobs;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Sees every claim, every write and everything that is shown to clients, and compares them. Knows no machine. */
final class Witness {
    private static final class Facts {
        long epoch;
        final Map<Long, Object> actors = new HashMap<>();
        final Set<OperationId> stored = new HashSet<>();
        final NavigableMap<Long, byte[]> log = new TreeMap<>();
        final Map<Long, String> numbered = new HashMap<>();
        final Set<OperationId> shown = new HashSet<>();
        final Set<OperationId> toldAhead = new HashSet<>();
        boolean wasCompacted;
    }

    private final Map<DocumentKey, Facts> documents = new HashMap<>();
    private final Trace trace;

    Witness(Trace trace) {
        this.trace = trace;
    }

    private Facts of(DocumentKey key) {
        return documents.computeIfAbsent(key, k -> new Facts());
    }

    void claimBegun(DocumentKey key, String node, int inFlight) {
        if (inFlight > 1) {
            throw new Violation(Invariant.I1_ONE_OWNER_PER_EPOCH, node + " claims " + key + " twice at once");
        }
    }

    void claimed(DocumentKey key, String node, long epoch) {
        Facts facts = of(key);
        trace.add(node, "is given epoch", epoch, "of", key);
        if (epoch <= facts.epoch) {
            throw new Violation(Invariant.I2_EPOCHS_RISE, key + " had epoch " + facts.epoch + ", now " + epoch);
        }
        facts.epoch = epoch;
    }

    long newestEpoch(DocumentKey key) {
        return of(key).epoch;
    }

    long lastPosition(DocumentKey key) {
        return of(key).log.isEmpty() ? 0 : of(key).log.lastKey();
    }

    /** Somebody speaks as the owner in an epoch. */
    void acts(DocumentKey key, long epoch, Object actor) {
        Object known = of(key).actors.putIfAbsent(epoch, actor);
        if (known != null && known != actor) {
            throw new Violation(Invariant.I1_ONE_OWNER_PER_EPOCH, "two act as owner of " + key + " in epoch " + epoch);
        }
    }

    void appended(DocumentKey key, String node, long epoch, long firstPosition, List<byte[]> blobs) {
        trace.add(node, "stored", key, "epoch", epoch, "from", firstPosition, "count", blobs.size());
        Facts facts = of(key);
        requireNewest(key, node, epoch);
        for (int i = 0; i < blobs.size(); i++) {
            long position = firstPosition + i;
            byte[] before = facts.log.putIfAbsent(position, blobs.get(i));
            if (before != null && !Arrays.equals(before, blobs.get(i))) {
                throw new Violation(
                        Invariant.I5_SEQUENCE_WITHOUT_GAP, key + " position " + position + " was stored twice");
            }
            if (position > 1 && !facts.log.containsKey(position - 1)) {
                throw new Violation(
                        Invariant.I5_SEQUENCE_WITHOUT_GAP, key + " position " + position + " follows a gap");
            }
            facts.stored.add(changeOf(key, blobs.get(i)).id());
        }
    }

    void compacted(DocumentKey key, String node, long epoch, long upToPosition) {
        trace.add(node, "compacted", key, "up to", upToPosition);
        of(key).wasCompacted = true;
        requireNewest(key, node, epoch);
    }

    private void requireNewest(DocumentKey key, String node, long epoch) {
        if (epoch != of(key).epoch) {
            throw new Violation(
                    Invariant.I3_STALE_WRITES_FAIL,
                    node + " wrote " + key + " in epoch " + epoch + ", the newest is " + of(key).epoch);
        }
    }

    /** An owner that says that something it tells of is not durable may show it all the same. */
    void told(DocumentKey key, LinkMessage message) {
        List<byte[]> told = List.of();
        if (message instanceof LinkMessage.Broadcast broadcast && broadcast.durable() < broadcast.number()) {
            told = broadcast.entries().stream().map(LinkMessage.Entry::blob).toList();
        } else if (message instanceof LinkMessage.Attached attached && attached.fork() != null) {
            told = attached.missed().stream().map(LinkMessage.Entry::blob).toList();
        } else if (message instanceof LinkMessage.State state && state.fork() != null) {
            told = state.blobs();
        }
        told.forEach(blob -> of(key).toldAhead.add(changeOf(key, blob).id()));
    }

    /** Somebody was shown this change as part of the document. */
    void requireShowable(DocumentKey key, OperationId id, String because) {
        if (!of(key).toldAhead.contains(id)) {
            requireStored(key, id, because);
        }
    }

    /** Somebody was told that this change is safe. */
    void requireStored(DocumentKey key, OperationId id, String because) {
        of(key).shown.add(id);
        if (!of(key).stored.contains(id)) {
            throw new Violation(
                    Invariant.I4_ACKNOWLEDGED_IS_STORED, id + " of " + key + " is not stored, but " + because);
        }
    }

    /** A client was told that it holds all up to a number of the log of an aware document. @param from where to begin */
    void requirePlace(DocumentKey key, long from, long number, Predicate<OperationId> isHeld, String session) {
        for (long position = from + 1; position <= number; position++) {
            byte[] entry = of(key).log.get(position);
            if (entry == null || !isHeld.test(changeOf(key, entry).id())) {
                throw new Violation(
                        Invariant.RESUME,
                        session + " was told that it holds all up to " + number + ", but " + position + " is "
                                + (entry == null ? "not stored" : "not with it"));
            }
        }
    }

    /** A client learned that a number of a room means this blob. */
    void numbered(DocumentKey key, long seq, String blob, String because) {
        String before = of(key).numbered.putIfAbsent(seq, blob);
        if (before != null && !before.equals(blob)) {
            throw new Violation(
                    Invariant.I5_SEQUENCE_WITHOUT_GAP,
                    "number " + seq + " of " + key + " has two meanings: " + because);
        }
        byte[] stored = of(key).log.get(seq);
        if (stored == null || !relayBlob(stored).equals(blob)) {
            throw new Violation(
                    Invariant.I4_ACKNOWLEDGED_IS_STORED,
                    "number " + seq + " of " + key + " is not stored, but " + because);
        }
    }

    boolean wasCompacted(DocumentKey key) {
        return of(key).wasCompacted;
    }

    boolean isStored(DocumentKey key, OperationId id) {
        return of(key).stored.contains(id);
    }

    Set<OperationId> shown(DocumentKey key) {
        return of(key).shown;
    }

    static Change changeOf(DocumentKey key, byte[] stored) {
        return key.kind() == DocumentKind.AWARE ? Change.decode(stored) : Blobs.change(relayBlob(stored));
    }

    /** Reads a stored relay entry: who pushed it, as which part of what, and then the blob. */
    private static String relayBlob(byte[] stored) {
        ByteReader in = new ByteReader(stored);
        in.readByte("format");
        in.readString("node");
        in.readUvarint("gateway");
        in.readUvarint("link");
        in.readUvarint("submission");
        in.readString("session");
        in.readUvarint("count");
        return new String(in.readRemaining(), StandardCharsets.UTF_8);
    }
}
