package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Java on a page stands there as it stands in a test that compiles and runs it, and nothing else does. */
class DocumentedExamplesTest {
    @ParameterizedTest
    @CsvSource({
        "docs/client.md, client/src/test/java/dev/weft/client/DocumentedExamplesIT.java",
        "docs/plugins.md, verticles/src/test/java/dev/weft/server/plugin/example"
    })
    void standOnThePageAsTheyStandInTheTest(String page, String source) throws IOException {
        Path root = root();
        List<String> examples = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root.resolve(source))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                examples.addAll(examples(Files.readAllLines(file)));
            }
        }
        assertThat(blocks(Files.readAllLines(root.resolve(page)))).containsExactlyInAnyOrderElementsOf(examples);
    }

    private static List<String> examples(List<String> lines) {
        return between(lines, "// example: ", "// end");
    }

    private static List<String> blocks(List<String> lines) {
        return between(lines, "```java", "```");
    }

    private static List<String> between(List<String> lines, String begin, String end) {
        List<String> found = new ArrayList<>();
        List<String> current = null;
        for (String line : lines) {
            String trimmed = line.trim();
            if (current == null && trimmed.startsWith(begin)) {
                current = new ArrayList<>();
            } else if (current != null && trimmed.equals(end)) {
                found.add(String.join("\n", current).stripIndent());
                current = null;
            } else if (current != null) {
                current.add(line);
            }
        }
        return found;
    }

    private static Path root() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("docs/client.md"))) {
                return at;
            }
        }
        throw new IllegalStateException("No docs above " + Path.of("").toAbsolutePath());
    }
}
