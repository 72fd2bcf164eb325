package dev.weft.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.clock.ClockDriftException;
import dev.weft.crdt.codec.CrdtFormatException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;

/**
 * Compares outcomes with recorded ones and collects what differs. Where Weft differs on purpose, the test lists the
 * case, what Weft does instead and why; a listed case that stops differing is reported as well, so the list stays true.
 *
 * <p>Of a foreign set of vectors the peers, clocks and values are not known, nor which cases it has. There a listed case
 * may differ in any way, and so may one that its record calls odd (section 1 of the vectors' README).
 */
public final class VectorChecks {
    private static final Map<String, Class<?>> ERRORS = Map.of(
            "FormatException", CrdtFormatException.class,
            "RangeError", IndexOutOfBoundsException.class,
            "ArgumentError", IllegalArgumentException.class,
            "ClockDriftException", ClockDriftException.class);

    private final String file;
    private final Map<String, Deviation> deviations;
    private final Map<String, String> differing = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();
    private int cases;
    private boolean odd;

    /** An intended difference. @param instead what Weft does, in the form of {@link #outcomeOf} */
    public record Deviation(Object instead, String reason) {}

    public VectorChecks(String file, Map<String, Deviation> deviations) {
        this.file = file;
        this.deviations = deviations;
    }

    /** Whether the cases from here on are recorded as odd, so that matching them is optional. */
    public void odd(boolean recordedAsOdd) {
        odd = recordedAsOdd;
    }

    /** Compares with {@code error} or else with {@code expected}, both of the case. */
    public void check(String name, JsonNode vector, Object expected, Callable<?> actual) {
        if (vector.hasNonNull("error")) {
            equal(name, "error " + family(vector.get("error").textValue()), outcomeOf(actual));
        } else {
            equal(name, expected, outcomeOf(actual));
        }
    }

    public void equal(String name, Object expected, Object actual) {
        cases++;
        if (Objects.equals(expected, actual)) {
            return;
        }
        Deviation deviation = deviations.get(name);
        differing.put(name, String.valueOf(actual));
        if (Vectors.areForeign() && (odd || deviation != null)) {
            return;
        }
        if (deviation == null) {
            failures.add(name + ": expected " + expected + " but was " + actual);
        } else if (!Objects.equals(deviation.instead, actual)) {
            failures.add(name + ": Weft should do " + deviation.instead + " because " + deviation.reason + ", but did "
                    + actual);
        }
    }

    /** The result, or {@code "error family"}. Malformed input is one family, however it is malformed. */
    public static Object outcomeOf(Callable<?> call) {
        try {
            return call.call();
        } catch (Exception e) {
            return "error "
                    + ERRORS.entrySet().stream()
                            .filter(entry -> entry.getValue().isInstance(e))
                            .map(entry -> family(entry.getKey()))
                            .findFirst()
                            .orElse(e.getClass().getSimpleName());
        }
    }

    private static String family(String error) {
        return error.equals("RangeError") ? "FormatException" : error;
    }

    /** Fails if anything differed that is not listed, or if something listed did not differ. */
    public void finish() {
        Vectors.ran(file, cases, differing.size() - failures.size());
        deviations.keySet().stream()
                .filter(name -> !Vectors.areForeign() && !differing.containsKey(name))
                .forEach(name -> failures.add(name + ": listed as a deviation, but matches or did not run"));
        assertThat(failures).as(file).isEmpty();
        assertThat(cases).as("cases of " + file).isPositive();
    }
}
