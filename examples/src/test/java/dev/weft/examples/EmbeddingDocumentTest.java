package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The code in docs/embedding.md is the code that is compiled and tested here. */
class EmbeddingDocumentTest {
    private static final Pattern SNIPPET = Pattern.compile("(?ms)^ *// snippet: (\\S+)\\n(.*?)^ *// end$");
    private static final Pattern SHOWN = Pattern.compile("(?ms)<!-- snippet: (\\S+) -->\\n```java\\n(.*?)^```$");

    @Test
    void showsWhatIsCompiled() throws IOException {
        Map<String, String> compiled = new LinkedHashMap<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                collect(SNIPPET, Files.readString(file), compiled);
            }
        }
        Map<String, String> shown = new LinkedHashMap<>();
        collect(SHOWN, Files.readString(Path.of("../docs/embedding.md")), shown);
        assertThat(shown).containsExactlyInAnyOrderEntriesOf(compiled).hasSizeGreaterThan(4);
    }

    private static void collect(Pattern pattern, String text, Map<String, String> into) {
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            into.put(matcher.group(1), unindented(matcher.group(2)));
        }
    }

    private static String unindented(String code) {
        List<String> lines = code.lines().toList();
        int indent = lines.stream()
                .filter(line -> !line.isBlank())
                .mapToInt(line -> line.length() - line.stripLeading().length())
                .min()
                .orElse(0);
        return String.join(
                "\n",
                lines.stream()
                        .map(line -> line.isBlank() ? "" : line.substring(indent))
                        .toList());
    }
}
