package dev.weft.bench.soak;

import java.lang.management.ManagementFactory;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** Live bytes by class, to say what has grown. */
record ClassHistogram(Map<String, Long> bytes) {
    private static final long BYTES_MIN = 16 << 10;
    private static final Pattern OURS = Pattern.compile("dev\\.weft\\.|io\\.vertx\\.|io\\.netty\\.");
    private static final Pattern LINE = Pattern.compile("(?m)^ *\\d+: +\\d+ +(\\d+) +(\\S+)");

    static ClassHistogram take() {
        try {
            String printed = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
            Map<String, Long> bytes = new HashMap<>();
            Matcher lines = LINE.matcher(printed);
            while (lines.find()) {
                long size = Long.parseLong(lines.group(1));
                // What is kept of the first histogram is on the heap when the second is taken: not all of it, then.
                if (size >= BYTES_MIN || OURS.matcher(lines.group(2)).lookingAt()) {
                    bytes.merge(lines.group(2), size, Long::sum);
                }
            }
            return new ClassHistogram(bytes);
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Bytes in objects of classes whose names begin so. */
    long bytesOf(String prefix) {
        return bytes.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** The classes that grew most since the other was taken, as lines. */
    List<String> growthSince(ClassHistogram before, int linesMax) {
        return bytes.entrySet().stream()
                .map(entry ->
                        Map.entry(entry.getKey(), entry.getValue() - before.bytes.getOrDefault(entry.getKey(), 0L)))
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(linesMax)
                .map(entry -> String.format("%+,d bytes  %s", entry.getValue(), entry.getKey()))
                .toList();
    }
}
