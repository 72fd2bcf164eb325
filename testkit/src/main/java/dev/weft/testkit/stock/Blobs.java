package dev.weft.testkit.stock;

import dev.weft.crdt.change.Change;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/** Changes as members of a relay room send them. */
public final class Blobs {
    private Blobs() {}

    public static String of(Change change) {
        return Base64.getEncoder().encodeToString(change.encoded());
    }

    public static Change change(String blob) {
        return Change.decode(Base64.getDecoder().decode(blob));
    }

    public static List<Change> changes(Collection<String> blobs) {
        return blobs.stream().map(Blobs::change).toList();
    }
}
