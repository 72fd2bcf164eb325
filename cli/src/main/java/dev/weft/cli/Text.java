package dev.weft.cli;

import dev.weft.crdt.change.HandlerName;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.text.TextHandler;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A text of a document, whatever its type. Used on the thread that owns the document. */
interface Text {
    /** What a text can be made of. */
    enum Type {
        text(TextHandler.TYPE);

        private final String tag;

        Type(String tag) {
            this.tag = tag;
        }

        Text open(Document document, String id) {
            return new Indexed(new TextHandler(document, id));
        }
    }

    /**
     * The text of this id, if anybody has written it.
     *
     * @throws CommandFailedException if what has this id is no text
     */
    static Optional<Text> find(Document document, String id) {
        document.registerDefaultFactories();
        document.reconstruct();
        List<HandlerName> named = document.history().handlers().stream()
                .filter(name -> name.id().equals(id) && document.history().countOf(name) > 0)
                .toList();
        Handler<?, ?> known = document.handlers().get(id);
        if (known instanceof TextHandler handler) {
            return Optional.of(new Indexed(handler));
        }
        String tag = known != null
                ? known.type()
                : named.isEmpty() ? null : named.get(0).type();
        if (tag == null) {
            return Optional.empty();
        }
        throw new CommandFailedException("'" + id + "' is no text but a " + tag);
    }

    /** The text of this id, which comes into being with the first edit. */
    static Text findOrCreate(Document document, String id, Type type) {
        return find(document, id).orElseGet(() -> type.open(document, id));
    }

    static List<Type> types() {
        return Arrays.asList(Type.values());
    }

    String value();

    /** Positions and counts are UTF-16 units. */
    void insert(int position, String inserted);

    void delete(int position, int count);

    /** A {@link TextHandler}. */
    record Indexed(TextHandler handler) implements Text {
        @Override
        public String value() {
            return handler.value();
        }

        @Override
        public void insert(int position, String inserted) {
            handler.insert(position, inserted);
        }

        @Override
        public void delete(int position, int count) {
            handler.delete(position, count);
        }
    }
}
