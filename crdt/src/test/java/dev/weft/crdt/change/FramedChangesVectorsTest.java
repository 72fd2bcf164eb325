package dev.weft.crdt.change;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.VectorChecks;
import dev.weft.crdt.VectorChecks.Deviation;
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
        VectorChecks checks = new VectorChecks(
                "primitives.json framedChanges.decode",
                Map.of(
                        "decode 435244544c4601ffffffffffffffffff01",
                        new Deviation("error FormatException", "a count that does not fit 63 bits is malformed")));
        List<byte[]> blobs = new ArrayList<>();
        section.get("blobs").get("blobs").forEach(blob -> blobs.add(Vectors.hex(blob)));
        checks.equal("blobs", section.get("blobs").get("hex").textValue(), Vectors.hex(FramedChanges.frame(blobs)));
        for (JsonNode vector : section.get("decode")) {
            List<String> expected = new ArrayList<>();
            vector.path("result").forEach(blob -> expected.add(blob.textValue()));
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
