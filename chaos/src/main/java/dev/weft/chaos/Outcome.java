package dev.weft.chaos;

import java.util.List;

/**
 * How one round ended. Times in milliseconds, negative where nothing was measured.
 *
 * @param problems what was promised and not kept; empty if the round passed
 * @param details for whoever has to find out why; empty if the round passed
 * @param edits made by all
 * @param acknowledged of those, how many their authors were told are durable
 * @param againMillis from the strike until the last of those elsewhere was told of an edit made after it
 * @param pauseMillis the longest that anybody elsewhere waited to be told
 * @param pauseAtMillis when that wait began, from the strike
 * @param equalMillis from mending, or from the last edit if that was later, until all were equal
 * @param reconnectsElsewhere the most that anybody elsewhere had to connect again
 * @param reconnects the most that anybody had to connect again
 * @param tookMillis the round, with everything that was checked
 */
record Outcome(
        String fault,
        int round,
        List<String> problems,
        String details,
        int edits,
        int acknowledged,
        long againMillis,
        long pauseMillis,
        long pauseAtMillis,
        long equalMillis,
        int reconnectsElsewhere,
        int reconnects,
        long tookMillis) {
    boolean passed() {
        return problems.isEmpty();
    }

    static Outcome failed(String fault, int round, String problem, String details) {
        return new Outcome(fault, round, List.of(problem), details, 0, 0, -1, -1, -1, -1, 0, 0, -1);
    }

    /** @param rounds how many there are of it */
    String line(int rounds) {
        return String.format(
                "%-26s %3d of %d %s  %5d edits, %5d acknowledged; again after %s, longest wait %s (from %s), equal after %s;"
                        + " reconnects %d, elsewhere %d; took %s%s",
                fault,
                round,
                rounds,
                passed() ? "ok    " : "FAILED",
                edits,
                acknowledged,
                millis(againMillis),
                millis(pauseMillis),
                millis(pauseAtMillis),
                millis(equalMillis),
                reconnects,
                reconnectsElsewhere,
                millis(tookMillis),
                passed() ? "" : "\n  " + String.join("\n  ", problems));
    }

    static String millis(long millis) {
        return millis < 0 ? "-" : millis + " ms";
    }
}
