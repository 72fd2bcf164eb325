package dev.weft.server.simulation;

import dev.weft.crdt.change.Change;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/** Changes as members of a relay room send them. */
final class Blobs {
    private Blobs() {}

    static String of(Change change) {
        return Base64.getEncoder().encodeToString(change.encoded());
    }

    static Change change(String blob) {
        return Change.decode(Base64.getDecoder().decode(blob));
    }

    static List<Change> changes(Collection<String> blobs) {
        return blobs.stream().map(Blobs::change).toList();
    }
}
