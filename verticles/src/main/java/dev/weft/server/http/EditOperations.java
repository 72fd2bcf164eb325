package dev.weft.server.http;

import dev.weft.crdt.document.BuiltInTypes;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerTags;
import dev.weft.crdt.handler.list.FugueListHandler;
import dev.weft.crdt.handler.list.FugueMovableListHandler;
import dev.weft.crdt.handler.list.ListHandler;
import dev.weft.crdt.handler.map.MapHandler;
import dev.weft.crdt.handler.map.OrMapHandler;
import dev.weft.crdt.handler.register.RegisterHandler;
import dev.weft.crdt.handler.set.OrSetHandler;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.server.embed.DocumentValues;
import dev.weft.server.embed.TypedHandlers;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The operations of an edit as a backend writes them, done one after the other; the first that makes no sense ends it. */
final class EditOperations {
    static final int OPERATIONS_MAX = 1_000;

    /** What a handler becomes that is named for the first time, and without a type, by an operation of this family. */
    private static final Map<String, String> DEFAULT_TYPES = Map.of(
            "text", HandlerTags.FUGUE_TEXT,
            "list", HandlerTags.fugueList(HandlerTags.DYNAMIC),
            "map", HandlerTags.map(HandlerTags.DYNAMIC),
            "set", HandlerTags.orSet(HandlerTags.DYNAMIC),
            "register", HandlerTags.register(HandlerTags.DYNAMIC));

    private final Document document;
    private final Map<String, Handler<?, ?>> handlers;

    private EditOperations(Document document) {
        this.document = document;
        this.handlers = new HashMap<>(DocumentValues.handlers(document));
    }

    /** @throws ApiProblem with the number of the operation that cannot be done; some before it are done then */
    static void apply(Document document, JsonArray operations) {
        EditOperations edit = new EditOperations(document);
        for (int i = 0; i < operations.size(); i++) {
            try {
                edit.apply(operations.getJsonObject(i));
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                throw ApiProblem.invalidEdit("Operation " + i + ": " + e.getMessage());
            } catch (ClassCastException | NullPointerException e) {
                throw ApiProblem.invalidEdit("Operation " + i + ": a value is not of the kind that the handler takes");
            }
        }
    }

    /** @throws ApiProblem if it is no list of operations, or too long */
    static JsonArray check(JsonObject body) {
        if (!(body.getValue("operations") instanceof JsonArray operations) || operations.isEmpty()) {
            throw ApiProblem.badRequest("operations is missing or empty");
        }
        if (operations.size() > OPERATIONS_MAX) {
            throw ApiProblem.badRequest("An edit has at most " + OPERATIONS_MAX + " operations");
        }
        for (Object each : operations) {
            if (!(each instanceof JsonObject operation)
                    || !(operation.getValue("op") instanceof String)
                    || !(operation.getValue("handler") instanceof String)) {
                throw ApiProblem.badRequest("An operation is an object with op and handler");
            }
        }
        return operations;
    }

    private void apply(JsonObject operation) {
        String name = operation.getString("op");
        String family = name.substring(0, Math.max(0, name.indexOf('.')));
        if (!DEFAULT_TYPES.containsKey(family)) {
            throw new IllegalArgumentException("there is no operation " + name);
        }
        Handler<?, ?> handler = handler(operation, family);
        switch (family) {
            case "text" -> text(handler, name, operation);
            case "list" -> list(handler, name, operation);
            case "map" -> map(handler, name, operation);
            case "set" -> set(handler, name, operation);
            default -> register(handler, name, operation);
        }
    }

    private Handler<?, ?> handler(JsonObject operation, String family) {
        String id = operation.getString("handler");
        String type = operation.getString("type");
        Handler<?, ?> known = handlers.get(id);
        if (known != null) {
            if (type != null && !type.equals(known.type())) {
                throw new IllegalArgumentException("the type of '" + id + "' is " + known.type());
            }
            return known;
        }
        String tag = type == null ? DEFAULT_TYPES.get(family) : type;
        if (BuiltInTypes.of(tag) == null || BuiltInTypes.isContainer(tag)) {
            throw new IllegalArgumentException("a handler of type " + tag + " cannot be made here");
        }
        Handler<?, ?> made = TypedHandlers.create(document, id, tag);
        // The next operation of this edit means the same one.
        handlers.put(id, made);
        return made;
    }

    private static void text(Handler<?, ?> handler, String name, JsonObject operation) {
        if (handler instanceof FugueTextHandler text) {
            TextSteps.apply(
                    name,
                    operation,
                    text.length(),
                    text::change,
                    text::insert,
                    (index, count) -> text.delete(index, count));
        } else if (handler instanceof TextHandler text) {
            TextSteps.apply(name, operation, text.length(), text::change, text::insert, text::delete);
        } else {
            throw mismatch(handler, name);
        }
    }

    @SuppressWarnings("unchecked")
    private static void list(Handler<?, ?> handler, String name, JsonObject operation) {
        if (handler instanceof FugueMovableListHandler<?> movable) {
            FugueMovableListHandler<Object> list = (FugueMovableListHandler<Object>) movable;
            if (name.equals("list.move")) {
                list.move(index(operation, "from", list.length() - 1), index(operation, "to", list.length() - 1));
                return;
            }
            listSteps(name, operation, list.length(), list::insertAll, list::delete, list::update);
        } else if (handler instanceof FugueListHandler<?> fugue) {
            FugueListHandler<Object> list = (FugueListHandler<Object>) fugue;
            listSteps(name, operation, list.length(), list::insertAll, list::delete, list::update);
        } else if (handler instanceof ListHandler<?> plain) {
            ListHandler<Object> list = (ListHandler<Object>) plain;
            listSteps(
                    name,
                    operation,
                    list.length(),
                    (index, values) -> {
                        int at = index;
                        for (Object value : values) {
                            list.insert(at++, value);
                        }
                    },
                    list::delete,
                    list::update);
        } else {
            throw mismatch(handler, name);
        }
    }

    private interface InsertAll {
        void insert(int index, List<Object> values);
    }

    private interface Delete {
        void delete(int index, int count);
    }

    private interface Update {
        void update(int index, Object value);
    }

    private static void listSteps(
            String name, JsonObject operation, int length, InsertAll insert, Delete delete, Update update) {
        switch (name) {
            case "list.insert" -> insert.insert(index(operation, "index", length), values(operation));
            case "list.delete" -> {
                int index = index(operation, "index", length);
                delete.delete(index, index(operation, "count", length - index));
            }
            case "list.set" -> update.update(index(operation, "index", length - 1), value(operation, "value"));
            default -> throw new IllegalArgumentException("there is no operation " + name + " for this list");
        }
    }

    @SuppressWarnings("unchecked")
    private static void map(Handler<?, ?> handler, String name, JsonObject operation) {
        Object key = value(operation, "key");
        if (handler instanceof OrMapHandler<?, ?> orMap) {
            OrMapHandler<Object, Object> map = (OrMapHandler<Object, Object>) orMap;
            switch (name) {
                case "map.set" -> map.put(key, value(operation, "value"));
                case "map.remove" -> map.remove(key);
                default -> throw new IllegalArgumentException("there is no operation " + name);
            }
        } else if (handler instanceof MapHandler<?> plain
                && !(handler instanceof dev.weft.crdt.handler.ContainerHandler)) {
            MapHandler<Object> map = (MapHandler<Object>) plain;
            switch (name) {
                case "map.set" -> map.set(keyOf(handler, key), value(operation, "value"));
                case "map.remove" -> map.delete(keyOf(handler, key));
                default -> throw new IllegalArgumentException("there is no operation " + name);
            }
        } else {
            throw mismatch(handler, name);
        }
    }

    private static String keyOf(Handler<?, ?> map, Object key) {
        if (key instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("the keys of '" + map.id() + "' are texts");
    }

    @SuppressWarnings("unchecked")
    private static void set(Handler<?, ?> handler, String name, JsonObject operation) {
        if (!(handler instanceof OrSetHandler<?> orSet)) {
            throw mismatch(handler, name);
        }
        OrSetHandler<Object> set = (OrSetHandler<Object>) orSet;
        switch (name) {
            case "set.add" -> set.add(value(operation, "value"));
            case "set.remove" -> set.remove(value(operation, "value"));
            default -> throw new IllegalArgumentException("there is no operation " + name);
        }
    }

    @SuppressWarnings("unchecked")
    private static void register(Handler<?, ?> handler, String name, JsonObject operation) {
        if (!(handler instanceof RegisterHandler<?> register) || !name.equals("register.set")) {
            throw mismatch(handler, name);
        }
        ((RegisterHandler<Object>) register).set(value(operation, "value"));
    }

    private static IllegalArgumentException mismatch(Handler<?, ?> handler, String name) {
        return new IllegalArgumentException(
                "'" + handler.id() + "' is a " + handler.type() + ", which knows no " + name);
    }

    /** @throws IndexOutOfBoundsException unless it is there and from 0 to the maximum */
    static int index(JsonObject operation, String name, int max) {
        if (!(operation.getValue(name) instanceof Integer index)) {
            throw new IllegalArgumentException(name + " is no number");
        }
        if (index < 0 || index > max) {
            throw new IndexOutOfBoundsException(name + " is " + index + ", outside of 0 to " + max);
        }
        return index;
    }

    private static List<Object> values(JsonObject operation) {
        if (!(operation.getValue("values") instanceof JsonArray values)) {
            throw new IllegalArgumentException("values is no list");
        }
        List<Object> plain = new ArrayList<>();
        for (Object each : values) {
            plain.add(plain(each));
        }
        return plain;
    }

    private static Object value(JsonObject operation, String name) {
        if (!operation.containsKey(name)) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return plain(operation.getValue(name));
    }

    private static Object plain(Object json) {
        if (json instanceof JsonObject object) {
            return object.getMap();
        }
        return json instanceof JsonArray array ? array.getList() : json;
    }
}
