package dev.weft.cli;

import dev.weft.crdt.change.HandlerName;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.handler.text.TextHandler;
import java.util.Optional;

/** A text of a document, whatever its type. Used on the thread that owns the document. */
interface Text {
    /** What a text can be made of. */
    enum Type {
        /** Text by index: concurrent edits at one place may interleave. */
        text,
        /** Text by element: what was written in one go stays together. */
        fugue;

        Text open(Document document, String id) {
            return switch (this) {
                case text -> new Indexed(new TextHandler(document, id));
                case fugue -> new Fugue(new FugueTextHandler(document, id));
            };
        }
    }

    /**
     * The text of this id, if anybody has written it.
     *
     * @throws CommandFailedException if what has this id is no text
     */
    static Optional<Text> find(Document document, String id) {
        Handler<?, ?> handler = document.handlers().get(id);
        if (handler == null) {
            document.registerDefaultFactories();
            document.reconstruct();
            handler = document.handlers().get(id);
        }
        if (handler instanceof TextHandler text) {
            return Optional.of(new Indexed(text));
        } else if (handler instanceof FugueTextHandler text) {
            return Optional.of(new Fugue(text));
        }
        Optional<String> type = document.history().handlers().stream()
                .filter(name -> name.id().equals(id) && document.history().countOf(name) > 0)
                .map(HandlerName::type)
                .findFirst();
        if (handler != null || type.isPresent()) {
            throw new CommandFailedException(
                    "'" + id + "' is no text but a " + (handler != null ? handler.type() : type.get()));
        }
        return Optional.empty();
    }

    /** The text of this id, which comes into being with the first edit. */
    static Text findOrCreate(Document document, String id, Type type) {
        return find(document, id).orElseGet(() -> type.open(document, id));
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

    /** A {@link FugueTextHandler}. */
    record Fugue(FugueTextHandler handler) implements Text {
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
