package dev.weft.crdt.vectors;

import dev.weft.crdt.Vectors;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.sequence.ElementId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Snapshot blobs in a comparable form: hex, with what has no defined order sorted. */
final class States {
    private States() {}

    /** @param type the handler's class name or tag; anything else is compared byte by byte */
    static String hex(String type, byte[] blob) {
        if (blob == null) {
            return null;
        }
        if (type.startsWith("OrSet") || type.startsWith("CRDTORSet")) {
            return entries(blob, 1);
        }
        if (type.startsWith("OrMap") || type.startsWith("CRDTORMap")) {
            return entries(blob, 2);
        }
        if (type.contains("MovableList")) {
            return movable(blob);
        }
        if (type.contains("Fugue") || type.contains("ListRef")) {
            ByteReader reader = new ByteReader(blob);
            StringBuilder state = new StringBuilder();
            for (long n = reader.readUvarint("elements"); n > 0; n--) {
                state.append(Vectors.hex(reader.readBlob("id"))).append(' ');
                state.append(Vectors.hex(reader.readBlob("value"))).append('\n');
            }
            return state + floor(reader);
        }
        return Vectors.hex(blob);
    }

    /** Without the stamps, but for whether there is one: we tick where the reference does not (W18). */
    private static String movable(byte[] blob) {
        ByteReader reader = new ByteReader(blob);
        StringBuilder state = new StringBuilder();
        for (long n = reader.readUvarint("elements"); n > 0; n--) {
            state.append(ElementId.read(reader)).append(' ').append(ElementId.read(reader));
            state.append(reader.readLong("stamp") == 0).append(reader.readLong("stamp") == 0);
            state.append(reader.readByte("deleted"));
            state.append(Vectors.hex(reader.readBlob("value"))).append('\n');
        }
        return state + floor(reader);
    }

    /** The peers of a floor come in order of arrival. */
    private static String floor(ByteReader reader) {
        Map<PeerId, Long> counters = new TreeMap<>();
        for (long n = reader.readUvarint("peers"); n > 0; n--) {
            counters.put(PeerId.read(reader), reader.readUvarint("counter"));
        }
        return counters.toString() + reader.remaining();
    }

    private static String entries(byte[] blob, int blobsPerEntry) {
        ByteReader reader = new ByteReader(blob);
        List<String> entries = new ArrayList<>();
        for (long n = reader.readUvarint("entries"); n > 0; n--) {
            StringBuilder entry = new StringBuilder();
            for (int i = 0; i < blobsPerEntry; i++) {
                entry.append(Vectors.hex(reader.readBlob("entry"))).append(' ');
            }
            entries.add(entry.toString());
        }
        Collections.sort(entries);
        return entries.toString();
    }
}
