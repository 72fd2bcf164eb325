package dev.weft.crdt.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.Vectors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Where Weft intends to differ from what was recorded, with the reason. Everything else must be equal, and a name that
 * no longer matches anything is a failure too: this list must not outlive its reasons.
 */
final class Deviations {
    /** Movable lists tick the clock before each stamp, so that a second write to an element counts (W18). */
    static final List<String> OTHER_CLOCKS = List.of("fugue_movable_list", "movable_list_ref");

    private Deviations() {}

    /**
     * Whether a script need not do what was recorded. In a foreign set of vectors scripts have other contents, so there
     * what counts is the reason, found in the script itself, and not its name alone.
     *
     * @param name without what its variants append
     */
    static boolean mayDiffer(String handler, String name, JsonNode script) {
        return SCRIPTS.containsKey(handler + "/" + name)
                || Vectors.areForeign()
                        && (script.path("odd").booleanValue()
                                || !script.path("quirks").isEmpty()
                                || hasNegativeIndex(script)
                                || OTHER_CLOCKS.contains(handler) && writesTwiceInATransaction(script));
    }

    private static boolean hasNegativeIndex(JsonNode script) {
        for (JsonNode arguments : script.findValues("args")) {
            if (arguments.path(0).isInt() && arguments.path(0).intValue() < 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean writesTwiceInATransaction(JsonNode script) {
        for (JsonNode calls : script.findValues("calls")) {
            long writes = calls.findValues("method").stream()
                    .filter(method -> method.textValue().matches("move|update.*"))
                    .count();
            if (writes > 1) {
                return true;
            }
        }
        return false;
    }

    /**
     * Removals of the observed-remove types always say removeAll, where the reference does only without tags: a replica
     * seeded from a snapshot knows none, and would keep what all others lost (W15). It is the last byte.
     */
    static void removeAllAlways(byte[] body) {
        body[body.length - 1] = 1;
    }

    /** Blanks the stamps of an operation, see {@link #OTHER_CLOCKS}. Change ids differ with them. */
    static void blankClocks(byte[] body, JsonNode ranges) {
        for (JsonNode range : ranges) {
            int from = range.get(0).intValue();
            Arrays.fill(body, from, from + range.get(1).intValue(), (byte) 0);
        }
    }

    /**
     * By {@code file/script}. The scripts run all the same, up to the point where the reference breaks, and then have to
     * end in replicas that agree with each other.
     */
    static final Map<String, String> SCRIPTS = Map.ofEntries(
            Map.entry(
                    "map/byte order mark at the start of a key",
                    "A key that other replicas would read differently is refused (spec crdt 1.2)"),
            Map.entry(
                    "or_map/put and remove in the first transaction of a fresh handler",
                    "The removal sees the pending put and names its tag (W11)"),
            Map.entry(
                    "or_set/add and remove in the first transaction of a fresh handler",
                    "The removal sees the pending add and names its tag (W11)"),
            Map.entry(
                    "or_set/composite values have no structural equality",
                    "Equal lists or maps are one element, so that they can be removed"),
            Map.entry(
                    "fugue_list/negative indexes",
                    "They are refused, where the reference edits the start of the list (16.8)"),
            Map.entry(
                    "fugue_text/negative indexes",
                    "They are refused, where the reference edits the start of the text (16.8)"),
            Map.entry(
                    "fugue_movable_list/transactions",
                    "Each write ticks the clock first, so the second one to an element counts (W18)"),
            Map.entry(
                    "list/read inside a transaction before anything was cached",
                    "Reading in a transaction shows the pending operations and pins nothing (W11)"),
            Map.entry(
                    "list/negative index fails and leaves the document stuck",
                    "The call is refused before anything is queued, so the document stays usable (W10)"),
            Map.entry(
                    "map/read inside a transaction before anything was cached",
                    "Reading in a transaction shows the pending operations and pins nothing (W11)"),
            Map.entry(
                    "map/lone surrogate in a key",
                    "A key that other replicas would read differently is refused (spec crdt 1.2)"),
            Map.entry(
                    "register/NaN cannot be encoded",
                    "The call is refused before the clock ticks or the value changes (W10)"),
            Map.entry(
                    "map_ref/cycle and missing factory",
                    "The snapshot carries the handler nobody could create, and its manifest names it (W9)"),
            Map.entry(
                    "list_ref/cycle and missing factory",
                    "The snapshot carries the handler nobody could create, and its manifest names it (W9)"),
            Map.entry(
                    "movable_list_ref/cycle and missing factory",
                    "The snapshot carries the handler nobody could create, and its manifest names it (W9)"),
            Map.entry(
                    "text/negative index fails and leaves the document stuck",
                    "The call is refused before anything is queued, so the document stays usable (W10)"),
            Map.entry(
                    "text/compaction fails when a later insert is before the previous one",
                    "Such inserts are committed one by one (W10)"),
            Map.entry(
                    "text/compaction past the end changes the outcome",
                    "Operations are merged only where that changes nothing (W12)"),
            Map.entry(
                    "text/read inside a transaction before anything was cached",
                    "Reading in a transaction shows the pending operations and pins nothing (W11)"),
            Map.entry(
                    "fugue_movable_list/two writes to one element in a transaction",
                    "Each write ticks the clock first, so the second one counts (W18)"));
}
