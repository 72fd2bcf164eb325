package dev.weft.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * A recorded editing session of one author: the edits made in order to the start text give the end text. Positions and
 * counts are UTF-16 units here; the files count code points.
 */
record Trace(String startContent, String endContent, List<Edit> edits) {
    private static final int GZIP_MAGIC = 0x1f8b;

    record Edit(int position, int deleted, String inserted) {}

    /** @throws CommandFailedException if the file is not there or is no trace of this kind */
    static Trace load(String file) {
        Path path = find(file);
        try (InputStream in = open(path);
                JsonParser parser = new JsonFactory().createParser(in)) {
            return read(parser);
        } catch (JsonParseException e) {
            throw new CommandFailedException(path + " is not a trace: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CommandFailedException(path + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** A path, or the name of a bundled trace with or without its endings. */
    private static Path find(String file) {
        Path path = Path.of(file);
        if (Files.isRegularFile(path)) {
            return path;
        }
        Path bundled = Path.of(System.getProperty("weft.home", "."), "bench/src/main/resources/traces");
        for (String ending : List.of("", ".json.gz", ".gz")) {
            Path candidate = bundled.resolve(path.getFileName() + ending);
            if (path.getNameCount() == 1 && Files.isRegularFile(candidate)) {
                return candidate;
            }
        }
        throw new CommandFailedException(
                "no trace '" + file + "', neither as a file nor among the bundled ones in " + bundled);
    }

    private static InputStream open(Path path) throws IOException {
        BufferedInputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
        in.mark(2);
        int magic = in.read() << 8 | in.read();
        in.reset();
        return magic == GZIP_MAGIC ? new GZIPInputStream(in, 1 << 16) : in;
    }

    private static Trace read(JsonParser parser) throws IOException {
        String start = "";
        String end = null;
        List<Edit> edits = new ArrayList<>();
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "startContent" -> start = parser.getText();
                case "endContent" -> end = parser.getText();
                case "kind" -> {
                    if ("concurrent".equals(parser.getText())) {
                        throw new CommandFailedException(
                                "this trace has several authors who write at the same time; type takes one of a single author");
                    }
                }
                case "txns" -> {
                    while (parser.nextToken() == JsonToken.START_OBJECT) {
                        readTransaction(parser, edits);
                    }
                }
                default -> parser.skipChildren();
            }
        }
        if (end == null || edits.isEmpty()) {
            throw new CommandFailedException("this is no trace: it has no endContent or no edits");
        }
        return new Trace(start, end, inUnits(start, edits));
    }

    private static void readTransaction(JsonParser parser, List<Edit> edits) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            if (!field.equals("patches")) {
                parser.skipChildren();
                continue;
            }
            while (parser.nextToken() == JsonToken.START_ARRAY) {
                int position = parser.nextIntValue(-1);
                int deleted = parser.nextIntValue(-1);
                edits.add(new Edit(position, deleted, parser.nextTextValue()));
                parser.nextToken();
            }
        }
    }

    /** Code points to units; the same thing unless there are characters beyond U+FFFF. */
    private static List<Edit> inUnits(String start, List<Edit> edits) {
        if (isBasic(start) && edits.stream().allMatch(edit -> isBasic(edit.inserted()))) {
            return edits;
        }
        // Where characters take two units, positions depend on the text before them: type it along.
        StringBuilder text = new StringBuilder(start);
        List<Edit> converted = new ArrayList<>(edits.size());
        for (Edit edit : edits) {
            int from = text.offsetByCodePoints(0, edit.position());
            int to = text.offsetByCodePoints(from, edit.deleted());
            text.replace(from, to, edit.inserted());
            converted.add(new Edit(from, to - from, edit.inserted()));
        }
        return converted;
    }

    private static boolean isBasic(String text) {
        return text.codePointCount(0, text.length()) == text.length();
    }
}
