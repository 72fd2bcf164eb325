package dev.weft.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.limits.Limit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every limit there is has a row in docs/security.md, with the name it is counted under and a test that meets it. */
class LimitsTableTest {
    private static final Path ROOT = root();
    private static final Pattern ROW =
            Pattern.compile("\\| ([^|]+) \\| `([a-z-]+)` \\| [^|]+ \\| `(\\w+)\\.(\\w+)` \\|");
    private static final Pattern NAME = Pattern.compile("`([a-z.-]+)`");

    private record Row(String options, String countedAs, String testClass, String testMethod) {
        Set<String> names() {
            return NAME.matcher(options)
                    .results()
                    .map(found -> found.group(1))
                    .map(name -> name.contains(".") ? name : "limits." + name)
                    .collect(Collectors.toSet());
        }
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    private static List<Row> rows() throws IOException {
        String document = Files.readString(ROOT.resolve("docs/security.md"));
        String section = document.substring(document.indexOf("\n## Limits\n"), document.indexOf("\n## Encryption\n"));
        List<Row> rows = new ArrayList<>();
        Matcher matcher = ROW.matcher(section);
        while (matcher.find()) {
            rows.add(new Row(matcher.group(1), matcher.group(2), matcher.group(3), matcher.group(4)));
        }
        assertThat(rows)
                .as("rows that could be read")
                .hasSize((int) section.lines()
                                .filter(line -> line.startsWith("| "))
                                .count()
                        - 2);
        return rows;
    }

    @Test
    void everyOptionThatLimitsIsInTheTable() throws IOException {
        Set<String> named = new TreeSet<>();
        rows().forEach(row -> named.addAll(row.names()));
        Set<String> options = new TreeSet<>();
        Settings.all().stream()
                .filter(setting -> setting.section().equals("limits") || setting == Settings.STORE_HISTORY_HORIZON)
                .forEach(setting -> options.add(setting.name()));
        assertThat(named).isEqualTo(options);
    }

    @Test
    void everyLimitThatIsCountedIsInTheTable() throws IOException {
        assertThat(rows().stream().map(Row::countedAs).toList())
                .containsExactlyInAnyOrder(
                        Stream.of(Limit.values()).map(Limit::id).toArray(String[]::new));
    }

    /** A test that does not look at the counter of its limit would not notice if nothing were counted. */
    @Test
    void everyRowNamesATestThatMeetsItsLimit() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Row row : rows()) {
            String limit = "Limit." + row.countedAs().toUpperCase(Locale.ROOT).replace('-', '_');
            if (!methodOf(row).contains(limit)) {
                wrong.add(row.testClass() + "." + row.testMethod() + " does not look at " + limit);
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** From its name to the next test; empty if there is none. */
    private static String methodOf(Row row) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve("verticles/src/test/java"))) {
            Path file = files.filter(each -> each.endsWith(row.testClass() + ".java"))
                    .findAny()
                    .orElseThrow(() -> new AssertionError("There is no " + row.testClass()));
            String source = Files.readString(file);
            int begin = source.indexOf(" void " + row.testMethod() + "(");
            if (begin < 0) {
                return "";
            }
            int next = source.indexOf("@Test", begin);
            return source.substring(begin, next < 0 ? source.length() : next);
        }
    }
}
