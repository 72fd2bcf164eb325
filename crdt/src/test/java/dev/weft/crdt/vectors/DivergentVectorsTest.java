package dev.weft.crdt.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.VectorChecks;
import dev.weft.crdt.Vectors;
import dev.weft.crdt.document.Document;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The routes on which the reference ends in different values with the same changes. Here, replicas that hold the same
 * changes on the same snapshot show the same values, whatever the route and whatever was read on the way. What differs
 * only because one replica pruned and another did not stays different: the format decides that.
 */
class DivergentVectorsTest {
    @Test
    void equalContentShowsEqualValues() {
        int programs = 0;
        for (JsonNode testCase : Vectors.read("merge/divergent.json").get("cases")) {
            Map<Set<Object>, Map<String, Object>> valuesByContent = new HashMap<>();
            for (JsonNode program : testCase.get("programs")) {
                String name = testCase.get("name") + " " + program.get("label");
                DocumentProgram run =
                        new DocumentProgram(testCase, program, new VectorChecks("merge/divergent.json", Map.of()));
                run.run();
                Map<String, Object> values = run.values();
                run.document().invalidateCaches();
                assertThat(run.values()).as(name + ", replayed").isEqualTo(values);
                Map<String, Object> others = valuesByContent.putIfAbsent(content(run.document()), values);
                assertThat(others == null ? values : others).as(name).isEqualTo(values);
                programs++;
            }
        }
        Vectors.ran("merge/divergent.json", programs);
        assertThat(programs).isGreaterThan(50);
    }

    private static Set<Object> content(Document document) {
        Set<Object> content = new HashSet<>(document.exportChanges());
        content.add(List.of(
                "snapshot",
                document.lastSnapshot() == null
                        ? "none"
                        : Vectors.hex(document.lastSnapshot().encode())));
        return content;
    }
}
