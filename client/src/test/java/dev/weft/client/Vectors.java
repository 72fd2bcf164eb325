package dev.weft.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    private static Path directory() {
        String chosen = System.getProperty("weft.vectors", "");
        if (!chosen.isEmpty()) {
            return Path.of(chosen);
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve(DEFAULT))) {
                return at.resolve(DEFAULT);
            }
        }
        throw new IllegalStateException(
                "No " + DEFAULT + " above " + Path.of("").toAbsolutePath());
    }
}
