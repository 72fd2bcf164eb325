package dev.weft.bench;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerRef;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.list.FugueListHandler;
import dev.weft.crdt.handler.list.FugueMovableListHandler;
import dev.weft.crdt.handler.list.ListHandler;
import dev.weft.crdt.handler.map.MapHandler;
import dev.weft.crdt.handler.map.OrMapHandler;
import dev.weft.crdt.handler.reference.ListRefHandler;
import dev.weft.crdt.handler.reference.MapRefHandler;
import dev.weft.crdt.handler.reference.MovableListRefHandler;
import dev.weft.crdt.handler.register.RegisterHandler;
import dev.weft.crdt.handler.set.OrSetHandler;
import dev.weft.crdt.handler.text.TextHandler;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Random edits of one data type, the same in every run.
 *
 * @param edits registers a handler in a document and gives back what makes one edit
 */
record HandlerWorkload(String name, Function<Document, Edits> edits) {
    private static final String ID = "x";
    private static final int KEYS = 10_000;

    /** One handler and an edit of it. */
    record Edits(Handler<?, ?> handler, Edit edit) {}

    @FunctionalInterface
    interface Edit {
        void run(Random random);
    }

    /** A replica that takes changes in. */
    record Reader(Document document, Handler<?, ?> handler) {
        Object value() {
            Object value = handler.value();
            return value == null ? "" : value;
        }
    }

    static List<HandlerWorkload> all() {
        return List.of(
                new HandlerWorkload("text by index", HandlerWorkload::text),
                new HandlerWorkload("list by index", HandlerWorkload::list),
                new HandlerWorkload("Fugue list", HandlerWorkload::fugueList),
                new HandlerWorkload("movable list", HandlerWorkload::movableList),
                new HandlerWorkload("map", HandlerWorkload::map),
                new HandlerWorkload("register", HandlerWorkload::register),
                new HandlerWorkload("OR set", HandlerWorkload::orSet),
                new HandlerWorkload("OR map", HandlerWorkload::orMap),
                new HandlerWorkload("map of references", HandlerWorkload::mapRef),
                new HandlerWorkload("list of references", HandlerWorkload::listRef),
                new HandlerWorkload("movable list of references", HandlerWorkload::movableListRef));
    }

    Document run(int count) {
        Document document = TraceReplay.document(1);
        Edit edit = edits.apply(document).edit();
        Random random = new Random(1);
        for (int i = 0; i < count; i++) {
            edit.run(random);
        }
        return document;
    }

    Reader reader() {
        Document document = TraceReplay.document(99);
        return new Reader(document, edits.apply(document).handler());
    }

    private static Edits text(Document document) {
        TextHandler text = new TextHandler(document, ID);
        return new Edits(text, random -> {
            int length = text.length();
            if (length == 0 || random.nextInt(4) > 0) {
                text.insert(random.nextInt(length + 1), "x");
            } else {
                text.delete(random.nextInt(length), 1);
            }
        });
    }

    private static Edits list(Document document) {
        ListHandler<String> list = new ListHandler<>(document, ID, DartType.STRING);
        return new Edits(list, random -> {
            int length = list.length();
            if (length == 0 || random.nextInt(4) > 0) {
                list.insert(random.nextInt(length + 1), "item");
            } else {
                list.delete(random.nextInt(length), 1);
            }
        });
    }

    private static Edits fugueList(Document document) {
        FugueListHandler<String> list = new FugueListHandler<>(document, ID, DartType.STRING);
        return new Edits(list, random -> {
            int length = list.length();
            int kind = length == 0 ? 0 : random.nextInt(4);
            if (kind < 2) {
                list.insert(random.nextInt(length + 1), "item");
            } else if (kind == 2) {
                list.update(random.nextInt(length), "other");
            } else {
                list.delete(random.nextInt(length), 1);
            }
        });
    }

    private static Edits movableList(Document document) {
        FugueMovableListHandler<String> list = new FugueMovableListHandler<>(document, ID, DartType.STRING);
        return new Edits(list, random -> {
            int length = list.length();
            int kind = length < 2 ? 0 : random.nextInt(5);
            if (kind < 2) {
                list.insert(random.nextInt(length + 1), "item");
            } else if (kind == 2) {
                list.update(random.nextInt(length), "other");
            } else if (kind == 3) {
                list.move(random.nextInt(length), random.nextInt(length));
            } else {
                list.delete(random.nextInt(length));
            }
        });
    }

    private static Edits map(Document document) {
        MapHandler<Long> map = new MapHandler<>(document, ID, DartType.INT);
        return new Edits(map, random -> map.set("key" + random.nextInt(KEYS), random.nextLong()));
    }

    private static Edits mapRef(Document document) {
        MapRefHandler map = new MapRefHandler(document, ID);
        return new Edits(map, random -> map.set("key" + random.nextInt(KEYS), reference(random)));
    }

    private static Edits listRef(Document document) {
        ListRefHandler list = new ListRefHandler(document, ID);
        return new Edits(list, random -> {
            int length = list.length();
            if (length == 0 || random.nextInt(4) > 0) {
                list.insert(random.nextInt(length + 1), reference(random));
            } else {
                list.delete(random.nextInt(length), 1);
            }
        });
    }

    private static Edits movableListRef(Document document) {
        MovableListRefHandler list = new MovableListRefHandler(document, ID);
        return new Edits(list, random -> {
            int length = list.length();
            int kind = length < 2 ? 0 : random.nextInt(4);
            if (kind < 2) {
                list.insert(random.nextInt(length + 1), reference(random));
            } else if (kind == 2) {
                list.move(random.nextInt(length), random.nextInt(length));
            } else {
                list.delete(random.nextInt(length));
            }
        });
    }

    private static HandlerRef reference(Random random) {
        return new HandlerRef("child" + random.nextInt(KEYS), TextHandler.TYPE);
    }

    private static Edits register(Document document) {
        RegisterHandler<Long> register = new RegisterHandler<>(document, ID, DartType.INT);
        return new Edits(register, random -> register.set(random.nextLong()));
    }

    private static Edits orSet(Document document) {
        OrSetHandler<Long> set = new OrSetHandler<>(document, ID, DartType.INT);
        return new Edits(set, random -> {
            long element = random.nextInt(KEYS);
            if (set.contains(element)) {
                set.remove(element);
            } else {
                set.add(element);
            }
        });
    }

    private static Edits orMap(Document document) {
        OrMapHandler<String, Long> map = new OrMapHandler<>(document, ID, DartType.STRING, DartType.INT);
        return new Edits(map, random -> {
            String key = "key" + random.nextInt(KEYS);
            if (random.nextInt(4) > 0) {
                map.put(key, random.nextLong());
            } else {
                map.remove(key);
            }
        });
    }
}
