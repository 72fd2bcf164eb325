package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.cli.config.ConfigurationFlags;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Every block of code on every page is run or checked by something: here, or by what is named here. */
class DocumentedBlocksTest {
    /** Compiles and runs its own page, line by line. */
    private static final String DATA_TYPES = "docs/data-types.md";

    /** Commands that no test runs, each with the reason. */
    private static final Map<Pattern, String> NOT_RUN = Map.of(
            Pattern.compile("\\./mvnw verify"),
            "runs this test",
            Pattern.compile("\\./mvnw -pl .* -D(weft\\.vectors|weft\\.seeds|seed)=.*"),
            "a part of ./mvnw verify with other input or more of it",
            Pattern.compile("\\./weft (fuzz|simulate|chaos) .*"),
            "takes minutes, and root for some faults; ./mvnw verify runs the same classes for seconds",
            Pattern.compile("\\./weft bench .*|java .* dev\\.weft\\.bench\\..*"),
            "measures for minutes, and needs the machine for itself",
            Pattern.compile("\\./mvnw .* dependency:build-classpath .*|CP=.*"),
            "needs the network for a plugin, and prepares what measures for minutes",
            Pattern.compile("\\./weft cluster 3 --postgres-url .*"),
            "the same with a database: DocumentedCommandsIT runs it without, OwnerKilledFaultIT processes with one");

    private static final Pattern CLASS_NAME = Pattern.compile("\\bdev\\.weft\\.[a-z.]+\\.[A-Z]\\w*");
    private static final Pattern TESTS = Pattern.compile("-D(?:it\\.)?test='?([\\w*]+)'?");

    @Test
    void everyBlockIsOfAKindThatIsChecked() {
        for (DocumentedBlock block : DocumentedBlock.all()) {
            boolean isPicture = block.language().isEmpty() && block.text().contains("+--");
            assertThat(isPicture || List.of("java", "json", "yaml", "sh").contains(block.language()))
                    .as("%s: %s", block.page(), block.text())
                    .isTrue();
        }
    }

    /** And what is marked as an example in a source stands on a page. White space does not count. */
    @Test
    void theJavaOfPagesStandsInSourcesThatAreCompiled() {
        List<String> shown = DocumentedBlock.all().stream()
                .filter(block ->
                        block.language().equals("java") && !block.page().equals(DATA_TYPES))
                .map(block -> withoutSpace(block.text()))
                .toList();
        assertThat(shown).hasSizeGreaterThan(20);
        assertThat(shown).containsExactlyInAnyOrderElementsOf(examples());
    }

    private static List<String> examples() {
        List<String> found = new ArrayList<>();
        for (Path source : sources()) {
            StringBuilder current = null;
            for (String line : read(source).split("\n")) {
                String trimmed = line.trim();
                if (current == null && (trimmed.startsWith("// example: ") || trimmed.startsWith("// snippet: "))) {
                    current = new StringBuilder();
                } else if (current != null && trimmed.equals("// end")) {
                    found.add(withoutSpace(current.toString()));
                    current = null;
                } else if (current != null) {
                    current.append(line).append('\n');
                }
            }
        }
        return found;
    }

    private static String withoutSpace(String code) {
        return code.replaceAll("\\s+", "");
    }

    @Test
    void theYamlOfPagesIsWhatNodesRead(@TempDir Path folder) throws IOException {
        for (DocumentedBlock block : DocumentedBlock.all()) {
            if (block.language().equals("yaml")) {
                Path file = Files.writeString(folder.resolve("page.yaml"), block.text());
                boolean isTokens = block.text().startsWith("- token:");
                List<String> flags = isTokens
                        ? List.of("run", "--http-port=0", "--api-tokens-file=" + file)
                        : List.of("run", "--config=" + file);
                CommandLine.ParseResult parsed = Weft.commandLine().parseArgs(flags.toArray(String[]::new));
                // Tells all mistakes at once in what it throws.
                assertThat(ConfigurationFlags.settings(parsed.subcommand(), Map.of())
                                .serverOptions())
                        .isNotNull();
            }
        }
    }

    @Test
    void theJsonOfPagesCanBeRead() throws JsonProcessingException {
        for (DocumentedBlock block : DocumentedBlock.all()) {
            if (block.language().equals("json")) {
                assertThat(new ObjectMapper().readTree(block.text()).isObject()).isTrue();
            }
        }
    }

    @Test
    void everyCommandIsRunOrSaysWhyNot() {
        TreeSet<String> unknown = new TreeSet<>();
        TreeSet<String> seen = new TreeSet<>();
        for (DocumentedBlock block : DocumentedBlock.all()) {
            if (block.language().equals("sh")) {
                seen.addAll(block.commands());
            }
        }
        for (String command : seen) {
            boolean isExcused = NOT_RUN.keySet().stream()
                    .anyMatch(pattern -> pattern.matcher(command).matches());
            if (!isExcused && !DocumentedCommandsIT.COMMANDS.contains(command)) {
                unknown.add(command);
            }
        }
        assertThat(unknown).isEmpty();
        assertThat(seen).containsAll(DocumentedCommandsIT.COMMANDS);
        NOT_RUN.forEach((pattern, reason) -> assertThat(seen)
                .as("nothing is excused because it %s", reason)
                .anyMatch(command -> pattern.matcher(command).matches()));
    }

    /** Also of the commands that are not run. */
    @Test
    void classesNamedInCommandsExist() {
        List<Path> sources = sources();
        for (DocumentedBlock block : DocumentedBlock.all()) {
            if (block.language().equals("sh")) {
                Matcher names = CLASS_NAME.matcher(block.text());
                while (names.find()) {
                    String file = names.group().replace('.', '/') + ".java";
                    assertThat(sources).anyMatch(source -> source.toString().endsWith(file));
                }
                Matcher tests = TESTS.matcher(block.text());
                while (tests.find()) {
                    PathMatcher matcher = FileSystems.getDefault()
                            .getPathMatcher("glob:" + tests.group(1).replaceFirst("\\*?$", "*.java"));
                    assertThat(sources).as(tests.group(1)).anyMatch(source -> matcher.matches(source.getFileName()));
                }
            }
        }
    }

    private static List<Path> sources() {
        try (Stream<Path> files = Files.find(
                DocumentedBlock.ROOT,
                20,
                (file, attributes) -> file.toString().endsWith(".java")
                        && file.toString().contains("/src/")
                        && !DocumentedBlock.ROOT.relativize(file).toString().contains("target/"))) {
            return files.sorted().toList();
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
