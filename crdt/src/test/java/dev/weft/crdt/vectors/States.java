package dev.weft.crdt.vectors;

import dev.weft.crdt.Vectors;
import dev.weft.crdt.codec.ByteReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Snapshot blobs in a comparable form: hex, with the entries of unordered types sorted. */
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
        return Vectors.hex(blob);
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
