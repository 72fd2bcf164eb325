package dev.weft.crdt.document;

import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.version.VersionVector;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Full state at a version, enough to forget older history (spec crdt 11). Immutable; the blobs are handed out without
 * copying and must not be changed.
 *
 * @param id derived from the version vector when taken; any text when decoded
 * @param data handler id to state blob, in registration order, and the handler manifest under its reserved key
 */
public record Snapshot(String id, VersionVector versionVector, Map<String, byte[]> data) {
    /** Keys with this prefix belong to the format and are never a handler's (spec crdt 11.4). */
    public static final String RESERVED_PREFIX = "crdt_lf/";

    public static final String MANIFEST_KEY = RESERVED_PREFIX + "handler-manifest";

    public Snapshot {
        data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
    }

    public static Snapshot of(VersionVector versionVector, Map<String, byte[]> data) {
        return new Snapshot(idOf(versionVector), versionVector, data);
    }

    /** Reads a snapshot; bytes behind it are ignored, as the reference does. */
    public static Snapshot decode(byte[] bytes) {
        ByteReader reader = new ByteReader(bytes);
        String id = reader.readString("snapshot id");
        VersionVector vector = VersionVector.read(reader.readBlobView("snapshot version vector"));
        int count = reader.readCount(2, "snapshot entries");
        Map<String, byte[]> data = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            data.put(reader.readString("snapshot key"), reader.readBlob("snapshot value"));
        }
        return new Snapshot(id, vector, data);
    }

    public byte[] encode() {
        int blobBytes = data.values().stream().mapToInt(blob -> blob.length).sum();
        ByteWriter writer = new ByteWriter(256 + blobBytes);
        writer.writeString(id).writeBlob(versionVector.encode()).writeUvarint(data.size());
        data.forEach((key, blob) -> writer.writeString(key).writeBlob(blob));
        return writer.toByteArray();
    }

    /**
     * The reference's merge, for parity (spec crdt 11.3). Whole blobs are chosen per handler: when neither vector
     * dominates, this side wins and the other side's content is lost although the merged vector claims it (W7). Sync
     * code exchanges changes instead.
     */
    public Snapshot merged(Snapshot other) {
        boolean otherWins = other.versionVector.dominates(versionVector);
        Map<String, byte[]> merged = new LinkedHashMap<>(otherWins ? data : other.data);
        merged.putAll(otherWins ? other.data : data);
        return of(versionVector.merged(other.versionVector), merged);
    }

    /** SHA-256 over the sorted entries of the vector, in lower-case hex (spec crdt 11.2). */
    static String idOf(VersionVector vector) {
        List<String> entries = new ArrayList<>(vector.size());
        vector.forEach((peer, clock) -> {
            HybridTimestamp timestamp = new HybridTimestamp(clock);
            entries.add(peer + ":" + timestamp);
        });
        Collections.sort(entries);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            entries.forEach(entry -> digest.update(entry.getBytes(StandardCharsets.US_ASCII)));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("Every Java platform has SHA-256", e);
        }
    }
}
