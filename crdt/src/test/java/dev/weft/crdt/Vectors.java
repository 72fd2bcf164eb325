package dev.weft.crdt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Finds and reads the golden vectors: those beside these tests, or the directory named by {@code -Dweft.vectors}. A
 * missing file is a failure, never a skipped test; {@link #ran} says on the console how many cases of a file ran.
 */
public final class Vectors {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Vectors() {}

    /** Whether the vectors are another set than the one these tests list their intended differences for. */
    public static boolean areForeign() {
        return !System.getProperty("weft.vectors", "").isEmpty();
    }

    /** Where the vectors are; {@code README.md} in it describes every file. */
    public static Path directory() {
        String chosen = System.getProperty("weft.vectors", "");
        if (!chosen.isEmpty()) {
            return Path.of(chosen);
        }
        Path folder = Path.of("src/test/resources/vectors");
        return Files.isDirectory(folder) ? folder : Path.of("crdt").resolve(folder);
    }

    /** @param file relative to {@link #directory}; {@code .gz} is unpacked */
    public static JsonNode read(String file) {
        Path path = directory().resolve(file);
        try (InputStream raw = Files.newInputStream(path);
                InputStream in = file.endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read vectors " + path.toAbsolutePath(), e);
        }
    }

    /** The files of a sub-folder that end with the suffix, sorted, relative to {@link #directory}. */
    public static List<String> list(String folder, String suffix) {
        try (Stream<Path> files = Files.list(directory().resolve(folder))) {
            return files.map(file -> folder + "/" + file.getFileName())
                    .filter(name -> name.endsWith(suffix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list vectors in " + folder, e);
        }
    }

    /** Reports on the console how many cases of a file ran. */
    public static void ran(String file, int cases) {
        ran(file, cases, 0);
    }

    /** @param differing how many of the cases differ from what was recorded, as they may */
    public static void ran(String file, int cases, int differing) {
        System.out.println("vectors " + file + ": " + cases + " cases ran"
                + (differing == 0 ? "" : ", " + differing + " of them with an intended difference"));
    }

    public static byte[] base64(JsonNode node) {
        return Base64.getDecoder().decode(node.textValue());
    }

    public static byte[] hex(JsonNode node) {
        return HexFormat.of().parseHex(node.textValue());
    }

    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
