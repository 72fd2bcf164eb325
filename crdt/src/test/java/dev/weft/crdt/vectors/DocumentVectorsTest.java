package dev.weft.crdt.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.VectorChecks;
import dev.weft.crdt.VectorChecks.Deviation;
import dev.weft.crdt.Vectors;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Documents against {@code document.json}: every program, every step, every recorded outcome. */
class DocumentVectorsTest {
    private static final String A = "f523b0e0-717f-428c-8839-e06fc464333e";
    private static final String B = "c8cf5c02-ba8c-4cd0-ba39-3cd1fbb08b4c";
    private static final String TAKEN_WITHOUT_COVERING =
            "QGUzYjBjNDQyOThmYzFjMTQ5YWZiZjRjODk5NmZiOTI0MjdhZTQxZTQ2NDliOTM0Y2E0OTU5OTFiNzg1MmI4NTUBAAMBdAIAAAFtAQAEbGF0ZQEA";
    private static final String MANIFEST =
            "AwF0FENSRFRGdWd1ZVRleHRIYW5kbGVyAW0WQ1JEVE1hcEhhbmRsZXI8U3RyaW5nPgRsYXRlFENSRFRMaXN0SGFuZGxlcjxpbnQ+";
    private static final String TAKEN_WITHOUT_COVERING_HEADLESS =
            "QGUzYjBjNDQyOThmYzFjMTQ5YWZiZjRjODk5NmZiOTI0MjdhZTQxZTQ2NDliOTM0Y2E0OTU5OTFiNzg1MmI4NTUBAAQBdAIAAAFtAQAEbGF0ZQEAGGNyZHRfbGYvaGFuZGxlci1tYW5pZmVzdEsDAXQUQ1JEVEZ1Z3VlVGV4dEhhbmRsZXIBbRZDUkRUTWFwSGFuZGxlcjxTdHJpbmc+BGxhdGUUQ1JEVExpc3RIYW5kbGVyPGludD4=";

    @Test
    void doesWhatWasRecorded() {
        VectorChecks checks = new VectorChecks("document.json", deviations());
        for (JsonNode testCase : Vectors.read("document.json").get("cases")) {
            for (JsonNode program : testCase.get("programs")) {
                checks.odd(testCase.path("odd").booleanValue()
                        || program.path("odd").booleanValue());
                new DocumentProgram(testCase, program, checks).run();
            }
        }
        checks.finish();
    }

    private static Map<String, Deviation> deviations() {
        Map<String, Deviation> all = new LinkedHashMap<>();
        duplicatesInABatch(all);
        pruning(all);
        handlersNobodyCreated(all);
        for (String label : List.of("empty payload", "payload is one byte")) {
            changeWithoutEnvelope(all, "malformed operation bodies | " + label + " | ");
        }
        return all;
    }

    private static void duplicatesInABatch(Map<String, Deviation> all) {
        String at = "import: order, duplicates, missing dependencies | duplicates | ";
        String why = "a change twice in a batch is a duplicate, not a cycle that costs the whole batch (W23)";
        all.put(at + "3 importChanges", new Deviation(2L, why));
        all.put(at + "3 importChanges updates", new Deviation(1, why));
        all.put(at + "4 read t", new Deviation("aBBBred", why));
        all.put(at + "4 read m", new Deviation(List.of(List.of("k", "fromB"), List.of("j", "fromA")), why));
        all.put(
                at + "5 state versionVector",
                new Deviation(List.of(entry(B, "4102444800003.5"), entry(A, "4102444800000.7")), why));
        all.put(
                at + "5 state frontiers",
                new Deviation(new TreeSet<>(List.of(id(A, "4102444800000.7"), id(B, "4102444800003.5"))), why));
        List<String> ids = new ArrayList<>();
        for (String clock : List.of("4102444800003.3", "4102444800003.5")) {
            ids.add(B + "@" + clock);
        }
        for (int counter = 1; counter < 8; counter += 2) {
            ids.add(A + "@4102444800000." + counter);
        }
        all.put(at + "5 state changeIds", new Deviation(ids, why));
        all.put(at + "5 state clock", new Deviation("4102444800003.6", why));
    }

    private static void pruning(Map<String, Deviation> all) {
        String snapshot = "snapshot: take, prune, import, clean dependencies | ";
        String why = "pruning does not make the vector forget newer changes of the same author (W4)";
        List<List<String>> vector = List.of(entry(B, "4102444800003.5"), entry(A, "4102444800003.7"));
        for (String step : List.of(
                "import older snapshot over newer history, prune | 2",
                "import older snapshot over newer history, prune | 7",
                "partial garbage collection | 4",
                "partial garbage collection | 7",
                "partial garbage collection | 10")) {
            all.put(snapshot + step + " state versionVector", new Deviation(vector, why));
        }
        all.put(
                snapshot + "import older snapshot over newer history, prune | 4 exportBytes",
                new Deviation(
                        originals("snapshot: take, prune, import, clean dependencies", 4, 5, 6),
                        "changes keep their bytes when what they depend on is pruned (W6)"));
    }

    /* The first change has the type of another handler than the one registered under its id. */
    private static void handlersNobodyCreated(Map<String, Deviation> all) {
        String handlers = "handlers: registration, unknown handlers, type mismatch | ";
        String kept = "an operation of another type than its handler's is neither covered nor pruned (W9, W24)";
        Map<String, Object> states = new LinkedHashMap<>();
        states.put("t", "AAA=");
        states.put("m", "AA==");
        states.put("late", "AA==");
        Map<String, Object> taken = new LinkedHashMap<>();
        taken.put("id", Snapshot.of(VersionVector.EMPTY, Map.of()).id());
        taken.put("versionVector", List.of());
        taken.put("states", states);
        taken.put("bytes", TAKEN_WITHOUT_COVERING);
        all.put(handlers + "type mismatch and late handler | 6 takeSnapshot", new Deviation(taken, kept));

        String late = handlers + "late handler after a prune has lost its history | ";
        Map<String, Object> manifested = new LinkedHashMap<>(states);
        manifested.put(Snapshot.MANIFEST_KEY, MANIFEST);
        Map<String, Object> headless = new LinkedHashMap<>(taken);
        headless.put("states", manifested);
        headless.put("bytes", TAKEN_WITHOUT_COVERING_HEADLESS);
        all.put(late + "1 takeSnapshot", new Deviation(headless, kept));
        String why = "a snapshot also folds what has no handler object (W9)";
        all.put(late + "3 read late", new Deviation(List.of(7L, 8L), why));
        all.put(late + "4 state frontiers", new Deviation(new TreeSet<>(List.of(id(A, "4102444800000.5"))), why));
        List<String> ids = List.of(A + "@4102444800000.1", A + "@4102444800000.3", A + "@4102444800000.5");
        all.put(late + "4 state changeIds", new Deviation(ids, why));
    }

    private static void changeWithoutEnvelope(Map<String, Deviation> all, String at) {
        String why = "a change without an envelope is refused, so that it cannot poison every handler (W5)";
        all.put(at + "1 importChanges", new Deviation(0L, why));
        all.put(at + "3 state versionVector", new Deviation(List.of(entry(A, "4102444800000.17")), why));
        all.put(at + "3 state frontiers", new Deviation(new TreeSet<>(List.of(id(A, "4102444800000.17"))), why));
        List<String> ids = new ArrayList<>();
        for (int counter : new int[] {1, 10, 13, 15, 17, 3, 5, 7}) {
            ids.add(A + "@4102444800000." + counter);
        }
        all.put(at + "3 state changeIds", new Deviation(ids, why));
        all.put(at + "3 state clock", new Deviation("4102444800000.18", why));
    }

    private static List<String> originals(String testCase, int... indexes) {
        for (JsonNode candidate : Vectors.read("document.json").get("cases")) {
            if (candidate.get("name").textValue().equals(testCase)) {
                return Arrays.stream(indexes)
                        .mapToObj(index -> candidate.get("changes").get(index).textValue())
                        .toList();
            }
        }
        return List.of();
    }

    private static List<String> entry(String peer, String clock) {
        return List.of(peer, clock);
    }

    private static OperationId id(String peer, String clock) {
        return OperationId.parse(peer + "@" + clock);
    }
}
