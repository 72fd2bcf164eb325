package dev.weft.crdt.change;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.VectorChecks;
import dev.weft.crdt.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The frame around exported changes, whatever is inside. */
class FramedChangesVectorsTest {
    @Test
    void framesBlobs() {
        JsonNode section = Vectors.read("primitives.json").get("framedChanges");
        VectorChecks checks = new VectorChecks("primitives.json framedChanges.decode", Map.of());
        List<byte[]> blobs = new ArrayList<>();
        section.get("blobs").get("blobs").forEach(blob -> blobs.add(Vectors.hex(blob)));
        checks.equal("blobs", section.get("blobs").get("hex").textValue(), Vectors.hex(FramedChanges.frame(blobs)));
        for (JsonNode vector : section.get("decode")) {
            List<String> blobsThere = new ArrayList<>();
            vector.path("result").forEach(blob -> blobsThere.add(blob.textValue()));
            // A count that does not fit 63 bits is malformed, not a wrapped number.
            boolean wide = vector.get("hex").textValue().startsWith("435244544c4601ffffffffffffffffff");
            Object expected = wide ? "error FormatException" : blobsThere;
            checks.check(
                    "decode " + vector.get("hex").textValue(),
                    vector,
                    expected,
                    () -> FramedChanges.unframe(Vectors.hex(vector.get("hex"))).stream()
                            .map(blob -> Vectors.hex(blob.readRemaining()))
                            .toList());
        }
        checks.finish();
    }
}
