package dev.weft.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * A recorded editing session from the {@code traces} folder; its README says where they come from. Positions count
 * UTF-16 units here: no trace has characters beyond U+FFFF.
 *
 * @param agents how many authors took part
 */
public record EditingTrace(String name, int agents, String endContent, List<Step> steps) {

    /** One transaction: edits made in order by one author upon the merge of its parents, earlier steps by index. */
    public record Step(int agent, List<Integer> parents, List<Edit> edits) {}

    public record Edit(int position, int deleted, String inserted) {}

    /** Reads {@code /traces/<name>.json.gz}. */
    public static EditingTrace load(String name) {
        String resource = "/traces/" + name + ".json.gz";
        try (InputStream in = EditingTrace.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException("No trace " + resource);
            }
            try (JsonParser parser = new JsonFactory().createParser(new BufferedInputStream(new GZIPInputStream(in)))) {
                return read(name, parser);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many single edits there are. */
    public int editCount() {
        return steps.stream().mapToInt(step -> step.edits().size()).sum();
    }

    private static EditingTrace read(String name, JsonParser parser) throws IOException {
        String end = "";
        int agents = 1;
        List<Step> steps = new ArrayList<>();
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "endContent" -> end = parser.getText();
                case "numAgents" -> agents = parser.getIntValue();
                case "txns" -> {
                    while (parser.nextToken() == JsonToken.START_OBJECT) {
                        steps.add(readStep(parser));
                    }
                }
                case "startContent" -> {
                    if (!parser.getText().isEmpty()) {
                        throw new IOException(name + " does not start empty");
                    }
                }
                default -> parser.skipChildren();
            }
        }
        return new EditingTrace(name, agents, end, steps);
    }

    private static Step readStep(JsonParser parser) throws IOException {
        int agent = 0;
        List<Integer> parents = new ArrayList<>(1);
        List<Edit> edits = new ArrayList<>(1);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "agent" -> agent = parser.getIntValue();
                case "parents" -> {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        parents.add(parser.getIntValue());
                    }
                }
                case "patches" -> {
                    while (parser.nextToken() == JsonToken.START_ARRAY) {
                        int position = parser.nextIntValue(-1);
                        int deleted = parser.nextIntValue(-1);
                        edits.add(new Edit(position, deleted, parser.nextTextValue()));
                        parser.nextToken();
                    }
                }
                default -> parser.skipChildren();
            }
        }
        return new Step(agent, parents, edits);
    }
}
