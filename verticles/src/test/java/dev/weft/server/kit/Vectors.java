package dev.weft.server.kit;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds and opens the golden vectors: the directory of {@code -Dweft.vectors}, or the ones of the crdt module. */
public final class Vectors {
    private static final String DEFAULT = "crdt/src/test/resources/vectors";

    private Vectors() {}

    public static JsonObject read(String file) {
        try {
            return new JsonObject(Files.readString(directory().resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static List<String> sessions() {
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
    public static boolean isDefault() {
        return System.getProperty("weft.vectors", "").isEmpty();
    }

    private static Path directory() {
        return isDefault() ? inRepository(DEFAULT) : Path.of(System.getProperty("weft.vectors"));
    }

    /** A file or folder of the repository, wherever below it the tests were started. */
    public static Path inRepository(String path) {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve(path))) {
                return at.resolve(path);
            }
        }
        throw new IllegalStateException("No " + path + " above " + Path.of("").toAbsolutePath());
    }
}
