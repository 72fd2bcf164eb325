package dev.weft.crdt.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.Vectors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The recorded scripts of every data type: same calls, same bytes, same values after every step. Where the reference
 * depends on what it happens to hold in memory it was recorded twice, and either record is right.
 */
class HandlerScriptsVectorsTest {
    static List<String> files() {
        return Vectors.list("handlers", ".json");
    }

    @ParameterizedTest
    @MethodSource("files")
    void doesWhatWasRecorded(String file) {
        JsonNode recorded = Vectors.read(file);
        JsonNode scripts = recorded.get("scripts");
        // Not from the name of the file, which another set may choose as it likes.
        String handler = recorded.get("handler").textValue();
        Map<String, List<JsonNode>> records = new HashMap<>();
        for (JsonNode script : scripts) {
            String name = script.has("variantOf") ? script.get("variantOf").textValue() : name(script);
            records.computeIfAbsent(name, any -> new ArrayList<>()).add(script);
        }
        List<String> failures = new ArrayList<>();
        int[] differing = {0};
        records.forEach((name, variants) -> {
            boolean deviates = variants.stream().anyMatch(script -> Deviations.mayDiffer(handler, name, script));
            String failure = runAny(handler, variants, deviates);
            differing[0] += failure == null ? 0 : 1;
            if (failure != null && !deviates) {
                failures.add(name + "\n" + failure);
            } else if (failure == null && deviates && !Vectors.areForeign()) {
                failures.add(name + " is listed as a deviation and does what was recorded");
            }
        });
        Vectors.ran(file, scripts.size(), differing[0] - failures.size());
        assertThat(failures).isEmpty();
        assertThat(records).as("scripts of " + file).isNotEmpty();
    }

    /** @return null if one of the records is met, otherwise how the first is missed */
    private static String runAny(String handler, List<JsonNode> variants, boolean deviates) {
        String first = null;
        for (JsonNode script : variants) {
            SoftAssertions softly = new SoftAssertions();
            ScriptRun run = new ScriptRun(script, softly, Deviations.OTHER_CLOCKS.contains(handler));
            run.run();
            if (deviates) {
                run.expectAgreement();
            }
            if (softly.errorsCollected().isEmpty()) {
                return null;
            }
            String failure = String.join(
                    "\n",
                    softly.errorsCollected().stream().map(Throwable::getMessage).toList());
            first = first == null ? failure : first;
        }
        return first;
    }

    private static String name(JsonNode script) {
        return script.get("name").textValue();
    }
}
