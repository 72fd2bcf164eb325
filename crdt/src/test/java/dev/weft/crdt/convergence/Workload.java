package dev.weft.crdt.convergence;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerRef;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.json.JsonValueCodec;
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
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.handler.text.TextHandler;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The handlers of a random document, what can be done to them, and what they show in the oracle's terms. */
final class Workload {
    private static final String[] WORDS = {"a", "bc", "def", "", "é", "漢字", "0123456789"};

    private Workload() {}

    static void createHandlers(Document document) {
        document.registerDefaultFactories();
        new TextHandler(document, "text");
        new ListHandler<>(document, "list", DartType.STRING);
        new MapHandler<>(document, "map", DartType.INT);
        new RegisterHandler<>(document, "register", DartType.DYNAMIC);
        new OrSetHandler<>(document, "set", DartType.STRING);
        new OrMapHandler<>(document, "ormap", DartType.STRING, DartType.INT);
        new FugueTextHandler(document, "ftext");
        new FugueListHandler<>(document, "flist", DartType.STRING);
        new FugueMovableListHandler<>(document, "movable", DartType.STRING);
        new MapRefHandler(document, "root");
        new ListRefHandler(document, "listref");
        new MovableListRefHandler(document, "movableref");
    }

    /** Some handlers, often few: peers who edit everything seldom meet on anything. */
    static Set<String> focus(Document document, Random random) {
        List<String> ids = new ArrayList<>(document.handlers().keySet());
        Collections.shuffle(ids, random);
        return Set.copyOf(ids.subList(0, random.nextInt(3) == 0 ? ids.size() : 1 + random.nextInt(3)));
    }

    /** One random edit of one of these handlers. */
    static void edit(Document document, Set<String> focus, Random random) {
        List<Handler<?, ?>> handlers = List.copyOf(document.handlers().values());
        List<Handler<?, ?>> editable = handlers.stream()
                .filter(handler -> focus.contains(handler.id()))
                .toList();
        edit(editable.get(random.nextInt(editable.size())), handlers, random);
    }

    @SuppressWarnings("unchecked")
    private static void edit(Handler<?, ?> handler, List<Handler<?, ?>> all, Random random) {
        if (handler instanceof TextHandler text) {
            switch (random.nextInt(4)) {
                case 0, 1 -> text.insert(random.nextInt(text.length() + 2), word(random));
                case 2 -> text.delete(random.nextInt(text.length() + 1), random.nextInt(4));
                default -> text.update(random.nextInt(text.length() + 1), word(random));
            }
        } else if (handler instanceof ListHandler<?> any) {
            ListHandler<String> list = (ListHandler<String>) any;
            switch (random.nextInt(4)) {
                case 0, 1 -> list.insert(random.nextInt(list.length() + 2), word(random));
                case 2 -> list.delete(random.nextInt(list.length() + 1), random.nextInt(3));
                default -> list.update(random.nextInt(list.length() + 1), word(random));
            }
        } else if (handler instanceof FugueTextHandler text) {
            switch (random.nextInt(5)) {
                case 0, 1 -> text.insert(random.nextInt(text.length() + 1), word(random));
                case 2 -> text.delete(random.nextInt(text.length() + 1), random.nextInt(4));
                case 3 -> text.change(word(random) + text.value());
                default -> text.update(random.nextInt(text.length() + 1), word(random));
            }
        } else if (handler instanceof ListRefHandler list) {
            int index = random.nextInt(list.length() + 1);
            if (random.nextInt(3) > 0) {
                list.insertRef(index, all.get(random.nextInt(all.size())));
            } else {
                list.delete(index, 1);
            }
        } else if (handler instanceof FugueListHandler<?> any) {
            FugueListHandler<String> list = (FugueListHandler<String>) any;
            switch (random.nextInt(4)) {
                case 0 -> list.insert(random.nextInt(list.length() + 1), word(random));
                case 1 -> list.insertAll(random.nextInt(list.length() + 1), List.of(word(random), word(random)));
                case 2 -> list.delete(random.nextInt(list.length() + 1), random.nextInt(3));
                default -> list.update(random.nextInt(list.length() + 1), word(random));
            }
        } else if (handler instanceof MovableListRefHandler list) {
            int index = random.nextInt(list.length() + 1);
            switch (random.nextInt(4)) {
                case 0, 1 -> list.insertRef(index, all.get(random.nextInt(all.size())));
                case 2 -> list.move(index, random.nextInt(list.length() + 1));
                default -> list.delete(index, 1);
            }
        } else if (handler instanceof FugueMovableListHandler<?> any) {
            FugueMovableListHandler<String> list = (FugueMovableListHandler<String>) any;
            int index = random.nextInt(list.length() + 1);
            switch (random.nextInt(6)) {
                case 0 -> list.insert(index, word(random));
                case 1 -> list.insertAll(index, List.of(word(random), word(random)));
                case 2, 3 -> list.move(index, random.nextInt(list.length() + 1));
                case 4 -> list.update(index, word(random));
                default -> list.delete(index, 1);
            }
        } else if (handler instanceof MapRefHandler map) {
            if (random.nextInt(4) == 0) {
                map.delete(key(random));
            } else if (random.nextInt(3) == 0) {
                map.set(key(random), new HandlerRef("child" + random.nextInt(3), MapRefHandler.TYPE));
            } else {
                map.setRef(key(random), all.get(random.nextInt(all.size())));
            }
        } else if (handler instanceof MapHandler<?> any) {
            MapHandler<Long> map = (MapHandler<Long>) any;
            switch (random.nextInt(4)) {
                case 0, 1 -> map.set(key(random), (long) random.nextInt(100));
                case 2 -> map.update(key(random), (long) random.nextInt(100));
                default -> map.delete(key(random));
            }
        } else if (handler instanceof RegisterHandler<?> any) {
            ((RegisterHandler<Object>) any).set(random.nextBoolean() ? word(random) : (Object) random.nextDouble());
        } else if (handler instanceof OrSetHandler<?> any) {
            OrSetHandler<String> set = (OrSetHandler<String>) any;
            if (random.nextInt(3) == 0) {
                set.remove(key(random));
            } else {
                set.add(key(random));
            }
        } else if (handler instanceof OrMapHandler<?, ?> any) {
            OrMapHandler<String, Long> map = (OrMapHandler<String, Long>) any;
            if (random.nextInt(3) == 0) {
                map.remove(key(random));
            } else {
                map.put(key(random), (long) random.nextInt(100));
            }
        } else {
            throw new AssertionError(handler);
        }
    }

    private static String word(Random random) {
        return WORDS[random.nextInt(WORDS.length)];
    }

    /** Few keys, so that peers meet on them. */
    private static String key(Random random) {
        return "k" + random.nextInt(4);
    }

    /** The value in the form {@link OracleHandler#value} has. */
    static Object shown(Handler<?, ?> handler) {
        Object value = handler.value();
        if (handler instanceof OrSetHandler<?> set) {
            TreeSet<String> texts = new TreeSet<>();
            set.value().forEach(item -> texts.add(json(item)));
            return texts;
        }
        if (handler instanceof OrMapHandler<?, ?> map) {
            TreeMap<String, String> texts = new TreeMap<>();
            map.value().forEach((key, item) -> texts.put(json(key), json(item)));
            return texts;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> texts = new LinkedHashMap<>();
            map.forEach((key, item) -> texts.put(key, json(item)));
            return List.copyOf(texts.entrySet()).toString();
        }
        if (value instanceof Collection<?> list) {
            return list.stream().map(Workload::json).toList();
        }
        return handler instanceof RegisterHandler && value != null ? json(value) : value;
    }

    /** What an untouched handler of this value type shows. */
    static boolean isEmpty(Object shown) {
        return shown == null
                || shown.equals("")
                || shown.equals("[]")
                || shown instanceof Collection<?> list && list.isEmpty()
                || shown instanceof Map<?, ?> map && map.isEmpty();
    }

    private static String json(Object value) {
        return value instanceof HandlerRef ref
                ? OracleHandler.utf8(HandlerRef.CODEC.encode(ref))
                : JsonValueCodec.toJson(value);
    }
}
