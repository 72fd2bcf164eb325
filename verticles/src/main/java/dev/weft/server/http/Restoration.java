package dev.weft.server.http;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.Handler;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Makes a document say again what it said before, by new edits: history goes on, and nobody's changes are taken back. */
final class Restoration {
    private Restoration() {}

    /** @param past a replica as it was; what it does not have is emptied */
    static void apply(Document document, Document past) {
        Map<String, Handler<?, ?>> before = DocumentValues.handlers(past);
        DocumentValues.handlers(document).forEach((id, handler) -> {
            Handler<?, ?> then = before.get(id);
            restore(handler, then == null ? null : then.value());
        });
    }

    /** @param then what it said, null for nothing */
    @SuppressWarnings("unchecked")
    private static void restore(Handler<?, ?> handler, Object then) {
        if (handler instanceof FugueTextHandler text) {
            text.change(then == null ? "" : (String) then);
        } else if (handler instanceof TextHandler text) {
            text.change(then == null ? "" : (String) then);
        } else if (handler instanceof FugueMovableListHandler<?> movable) {
            FugueMovableListHandler<Object> list = (FugueMovableListHandler<Object>) movable;
            list(list.value(), listOf(then), list::delete, list::insertAll);
        } else if (handler instanceof FugueListHandler<?> fugue) {
            FugueListHandler<Object> list = (FugueListHandler<Object>) fugue;
            list(list.value(), listOf(then), list::delete, list::insertAll);
        } else if (handler instanceof ListHandler<?> plain) {
            ListHandler<Object> list = (ListHandler<Object>) plain;
            list(list.value(), listOf(then), list::delete, (index, values) -> {
                for (int i = 0; i < values.size(); i++) {
                    list.insert(index + i, values.get(i));
                }
            });
        } else {
            restoreUnordered(handler, then);
        }
    }

    @SuppressWarnings("unchecked")
    private static void restoreUnordered(Handler<?, ?> handler, Object then) {
        if (handler instanceof OrMapHandler<?, ?> orMap) {
            OrMapHandler<Object, Object> map = (OrMapHandler<Object, Object>) orMap;
            map(map.value(), (Map<Object, Object>) mapOf(then), map::put, map::remove);
        } else if (handler instanceof MapHandler<?> plain) {
            MapHandler<Object> map = (MapHandler<Object>) plain;
            map(map.value(), (Map<String, Object>) mapOf(then), map::set, map::delete);
        } else if (handler instanceof OrSetHandler<?> orSet) {
            OrSetHandler<Object> set = (OrSetHandler<Object>) orSet;
            Set<Object> wanted = then == null ? Set.of() : (Set<Object>) then;
            Set<Object> present = set.value();
            present.stream().filter(each -> !wanted.contains(each)).toList().forEach(set::remove);
            wanted.stream().filter(each -> !present.contains(each)).toList().forEach(set::add);
        } else if (handler instanceof RegisterHandler<?> typed) {
            RegisterHandler<Object> register = (RegisterHandler<Object>) typed;
            // A register that nobody had set cannot be unset where its type has no null; it keeps what it says.
            if (then != null && !then.equals(register.value())) {
                register.set(then);
            }
        }
    }

    private static List<Object> listOf(Object then) {
        return then == null ? List.of() : List.copyOf((List<?>) then);
    }

    private static Object mapOf(Object then) {
        return then == null ? Map.of() : then;
    }

    private interface Delete {
        void delete(int index, int count);
    }

    private interface InsertAll {
        void insert(int index, List<Object> values);
    }

    /** What both ends have in common stays; the middle is replaced. */
    private static void list(List<Object> present, List<Object> wanted, Delete delete, InsertAll insert) {
        int shorter = Math.min(present.size(), wanted.size());
        int start = 0;
        while (start < shorter && Objects.equals(present.get(start), wanted.get(start))) {
            start++;
        }
        int end = 0;
        while (end < shorter - start
                && Objects.equals(present.get(present.size() - 1 - end), wanted.get(wanted.size() - 1 - end))) {
            end++;
        }
        if (present.size() - end > start) {
            delete.delete(start, present.size() - end - start);
        }
        if (wanted.size() - end > start) {
            insert.insert(start, wanted.subList(start, wanted.size() - end));
        }
    }

    private interface Put<K> {
        void put(K key, Object value);
    }

    private interface Remove<K> {
        void remove(K key);
    }

    private static <K> void map(Map<K, Object> present, Map<K, Object> wanted, Put<K> put, Remove<K> remove) {
        List.copyOf(present.keySet()).stream()
                .filter(key -> !wanted.containsKey(key))
                .forEach(remove::remove);
        wanted.forEach((key, value) -> {
            if (!present.containsKey(key) || !Objects.equals(present.get(key), value)) {
                put.put(key, value);
            }
        });
    }
}
