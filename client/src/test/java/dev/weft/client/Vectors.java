package dev.weft.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds and opens the golden vectors: the directory of {@code -Dweft.vectors}, or the ones of the crdt module. */
final class Vectors {
    private static final String DEFAULT = "crdt/src/test/resources/vectors";

    private Vectors() {}

    static JsonNode session(String name) {
        try {
            return new ObjectMapper()
                    .readTree(directory().resolve("sessions").resolve(name).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode wire() {
        try {
            return new ObjectMapper().readTree(directory().resolve("wire.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> sessions() {
        try (Stream<Path> files = Files.list(directory().resolve("sessions"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the vectors are the ones in the repository, of which it is known what differs. */
    static boolean isDefault() {
        return System.getProperty("weft.vectors", "").isEmpty();
    }

    /** The names in the table of docs/protocol.md that says how replayed recordings are meant to differ. */
    static Set<String> documentedDifferences(String side) {
        Pattern row = Pattern.compile("\\| " + side + " \\| `([a-z-]+)` \\|.*");
        Set<String> names = new TreeSet<>();
        try (Stream<String> lines = Files.lines(inRepository("docs/protocol.md"))) {
            lines.map(row::matcher).filter(Matcher::matches).forEach(match -> names.add(match.group(1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    private static Path directory() {
        return isDefault() ? inRepository(DEFAULT) : Path.of(System.getProperty("weft.vectors"));
    }

    private static Path inRepository(String path) {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve(path))) {
                return at.resolve(path);
            }
        }
        throw new IllegalStateException("No " + path + " above " + Path.of("").toAbsolutePath());
    }
}
