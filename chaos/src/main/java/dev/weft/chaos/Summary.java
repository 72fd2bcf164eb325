package dev.weft.chaos;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Many rounds as one table, in Markdown. Of up to a hundred rounds, p99 is the worst. */
final class Summary {
    private Summary() {}

    static String of(List<Outcome> outcomes, Map<String, String> skipped) {
        Map<String, List<Outcome>> byFault = new LinkedHashMap<>();
        outcomes.forEach(outcome -> byFault.computeIfAbsent(outcome.fault(), name -> new ArrayList<>())
                .add(outcome));
        StringBuilder table = new StringBuilder();
        table.append(
                "| fault | rounds | failed | edits | again after, p50 / p99 / max | longest wait, p50 / p99 / max |"
                        + " equal after, p50 / p99 / max | reconnects, elsewhere |\n");
        table.append("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        byFault.forEach((fault, rounds) -> table.append("| ")
                .append(fault)
                .append(" | ")
                .append(rounds.size())
                .append(" | ")
                .append(rounds.stream().filter(round -> !round.passed()).count())
                .append(" | ")
                .append(rounds.stream().mapToLong(Outcome::edits).sum())
                .append(" | ")
                .append(spread(rounds, Outcome::againMillis))
                .append(" | ")
                .append(spread(rounds, Outcome::pauseMillis))
                .append(" | ")
                .append(spread(rounds, Outcome::equalMillis))
                .append(" | ")
                .append(rounds.stream().mapToInt(Outcome::reconnects).max().orElse(0))
                .append(", ")
                .append(rounds.stream()
                        .mapToInt(Outcome::reconnectsElsewhere)
                        .max()
                        .orElse(0))
                .append(" |\n"));
        skipped.forEach((fault, why) -> table.append("| ")
                .append(fault)
                .append(" | skipped: ")
                .append(why)
                .append(" | | | | | | |\n"));
        return table.toString();
    }

    private static String spread(List<Outcome> rounds, ToLongFunction<Outcome> figure) {
        List<Long> measured = rounds.stream()
                .mapToLong(figure)
                .filter(millis -> millis >= 0)
                .sorted()
                .boxed()
                .toList();
        if (measured.isEmpty()) {
            return "-";
        }
        return percentile(measured, 50) + " / " + percentile(measured, 99) + " / " + measured.get(measured.size() - 1)
                + " ms";
    }

    /** @param sorted ascending, not empty */
    static long percentile(List<Long> sorted, int percent) {
        int rank = (int) Math.ceil(percent / 100.0 * sorted.size());
        return sorted.get(Math.max(1, rank) - 1);
    }
}
