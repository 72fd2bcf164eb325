package dev.weft.server.http;

import io.vertx.core.json.JsonObject;
import java.util.function.Consumer;

/** The operations on a text, which both kinds of text handlers know. */
final class TextSteps {
    private TextSteps() {}

    interface Insert {
        void insert(int index, String text);
    }

    interface Delete {
        void delete(int index, int count);
    }

    static void apply(
            String name, JsonObject operation, int length, Consumer<String> change, Insert insert, Delete delete) {
        switch (name) {
            // By the fewest insertions and deletions, so that what others type at the same time stays where it is.
            case "text.set" -> change.accept(text(operation, "text"));
            case "text.insert" ->
                insert.insert(EditOperations.index(operation, "index", length), text(operation, "text"));
            case "text.delete" -> {
                int index = EditOperations.index(operation, "index", length);
                delete.delete(index, EditOperations.index(operation, "count", length - index));
            }
            case "text.splice" -> {
                int index = EditOperations.index(operation, "index", length);
                delete.delete(index, EditOperations.index(operation, "count", length - index));
                insert.insert(index, text(operation, "text"));
            }
            default -> throw new IllegalArgumentException("there is no operation " + name);
        }
    }

    private static String text(JsonObject operation, String name) {
        if (!(operation.getValue(name) instanceof String text)) {
            throw new IllegalArgumentException(name + " is no text");
        }
        return text;
    }
}
