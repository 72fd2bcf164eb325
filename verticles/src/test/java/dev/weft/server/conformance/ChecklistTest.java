package dev.weft.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.kit.Vectors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of docs/testing.md that says which test shows which row of the protocol's checklist: they all exist. */
class ChecklistTest {
    private static final int ROWS = 16;
    private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| ([^|]+) \\| ([^|]+) \\|");
    private static final Pattern TEST = Pattern.compile("`(\\w+)\\.(\\w+)`");

    @Test
    void everyRowOfTheChecklistHasATestThatExists() {
        Map<Integer, List<String>> rows = rows();
        assertThat(rows.keySet())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, ROWS).boxed().toList());
        rows.forEach((number, tests) -> {
            assertThat(tests).as("tests of row " + number).isNotEmpty();
            tests.forEach(test -> assertThat(exists(test)).as(test).isTrue());
        });
    }

    private static Map<Integer, List<String>> rows() {
        Map<Integer, List<String>> rows = new TreeMap<>();
        for (String line : read(Vectors.inRepository("docs/testing.md")).split("\n")) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                List<String> tests = new ArrayList<>();
                Matcher test = TEST.matcher(row.group(3));
                while (test.find()) {
                    tests.add(test.group(1) + "." + test.group(2));
                }
                rows.put(Integer.valueOf(row.group(1)), tests);
            }
        }
        return rows;
    }

    /** A method of this name with an annotation above it, in a test class of this name in any module. */
    private static boolean exists(String test) {
        String[] parts = test.split("\\.");
        Pattern method = Pattern.compile(
                "@(Test|ParameterizedTest|TestFactory)\\b(?:(?!\\n    }).)*?\\b" + parts[1] + "\\(", Pattern.DOTALL);
        Path root = Vectors.inRepository("docs").getParent();
        try (Stream<Path> modules = Files.list(root)) {
            return modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .flatMap(ChecklistTest::walk)
                    .filter(file -> file.getFileName().toString().equals(parts[0] + ".java"))
                    .anyMatch(file -> method.matcher(read(file)).find());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> walk(Path folder) {
        try {
            return Files.walk(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
