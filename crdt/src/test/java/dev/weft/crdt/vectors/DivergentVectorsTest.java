package dev.weft.crdt.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.VectorChecks;
import dev.weft.crdt.Vectors;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.Handler;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
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
        assertThat(programs).isPositive();
    }

    /*
     * Where the last read of a route shows something else than the reference did: what, and why. On all other routes
     * Weft shows what the reference shows, the differences between pruned and unpruned replicas included.
     */
    private static final String PRUNED_LATER = "changes made after a prune reach a replica before the pruned history ";

    private static final String BY_ID =
            "what is new is decided by id, so older changes of a known author are still taken in (W8)";

    private static final Object[][] DIFFERENCES = {
        {PRUNED_LATER + "(CRDTFugueTextHandler) | later, then base (importChanges)", "hello!! world", BY_ID},
        {PRUNED_LATER + "(CRDTTextHandler) | later, then base (importChanges)", "hello!! world", BY_ID},
        {
            PRUNED_LATER + "(CRDTMapHandler<String>) | later, then base (importChanges)",
            List.of(List.of("k", "new"), List.of("only-base", "1")),
            BY_ID
        },
        {
            PRUNED_LATER + "(CRDTFugueListHandler<String>) | later, then base (importChanges)",
            List.of("one", "mid", "two"),
            BY_ID
        },
        {
            PRUNED_LATER + "(CRDTORSetHandler<String>) | later, then base (importChanges)",
            List.of("base", "both", "late"),
            BY_ID
        },
        {
            PRUNED_LATER + "(CRDTFugueTextHandler) | later, then base (applyChange, reading in between)",
            "hello!! world",
            "what an operation looked for in vain is remembered, and found when it arrives"
        },
        {
            PRUNED_LATER + "(CRDTFugueListHandler<String>) | later, then base (applyChange, reading in between)",
            List.of("one", "mid", "two"),
            "what an operation looked for in vain is remembered, and found when it arrives"
        },
        {"clock counter overflow | one importChanges each", "abcd", BY_ID},
        {
            "two documents using the same peer id | x then y (same element ids)",
            "xx",
            "the first element of an id in replay order stays, and nothing becomes unreadable (W17)"
        },
        {"two documents using the same peer id | y then x", "xx", BY_ID},
        {
            "reading a value inside the first transaction | the writer",
            List.of(),
            "the removal sees the pending put and names its tag (W11)"
        },
    };

    @Test
    void showsWhatTheReferenceShowsExceptWhereThisTableSaysWhy() {
        Map<String, Object> expected = new TreeMap<>();
        for (Object[] row : DIFFERENCES) {
            expected.put((String) row[0], row[1]);
        }
        Map<String, Object> differing = new TreeMap<>();
        for (JsonNode testCase : Vectors.read("merge/divergent.json").get("cases")) {
            for (JsonNode program : testCase.get("programs")) {
                DocumentProgram run =
                        new DocumentProgram(testCase, program, new VectorChecks("merge/divergent.json", Map.of()));
                run.run();
                String route = testCase.get("name").textValue() + " | "
                        + program.get("label").textValue();
                Map<String, Object> shown = run.values();
                lastRead(run.document(), program).forEach((id, recorded) -> {
                    if (!Objects.equals(shown.get(id), recorded)) {
                        differing.put(route, shown.get(id));
                    }
                });
            }
        }
        if (Vectors.areForeign()) {
            // Other peers and clocks lead elsewhere; that equal content shows equal values is what holds everywhere.
            System.out.println("merge/divergent.json: on " + differing.size() + " routes other values than recorded");
        } else {
            assertThat(differing).isEqualTo(expected);
        }
    }

    private static Map<String, Object> lastRead(Document document, JsonNode program) {
        Map<String, Object> read = new TreeMap<>();
        for (JsonNode step : program.get("steps")) {
            if (step.has("value")) {
                String id = step.get("handler").textValue();
                read.put(id, PlainValues.recorded(document.handlers().get(id), step.get("value")));
            }
            step.path("values").properties().forEach(value -> {
                Handler<?, ?> handler = document.handlers().get(value.getKey());
                read.put(value.getKey(), PlainValues.recorded(handler, value.getValue()));
            });
        }
        return read;
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
