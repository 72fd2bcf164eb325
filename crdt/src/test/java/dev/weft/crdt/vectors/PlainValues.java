package dev.weft.crdt.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.handler.ContainerHandler;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerRef;
import dev.weft.crdt.handler.map.OrMapHandler;
import dev.weft.crdt.handler.set.OrSetHandler;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Brings recorded and computed values into one form that {@code equals} compares: long and double kept apart, lists,
 * maps as lists of entries where their order counts. Section 1 of the vectors' README defines the recorded forms.
 */
final class PlainValues {
    private PlainValues() {}

    /** A JSON node as plain Java objects. */
    static Object of(JsonNode node) {
        if (node == null || node.isNull()) {
            return null;
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.isIntegralNumber()) {
            if (!node.canConvertToLong()) {
                return node.doubleValue();
            }
            return node.longValue();
        }
        if (node.isNumber()) {
            return node.doubleValue();
        }
        if (node.isTextual()) {
            return node.textValue();
        }
        if (node.isArray()) {
            List<Object> list = new ArrayList<>();
            node.forEach(item -> list.add(of(item)));
            return list;
        }
        if (node.has("$double")) {
            return Double.valueOf(node.get("$double").textValue());
        }
        Map<String, Object> map = new LinkedHashMap<>();
        node.properties().forEach(field -> map.put(field.getKey(), of(field.getValue())));
        return map;
    }

    /** A handler's recorded value: sorted where the order of that type says nothing. */
    static Object recorded(Handler<?, ?> handler, JsonNode value) {
        Object plain = of(value);
        if (isUnordered(handler) && plain instanceof List<?> list) {
            return sorted(list);
        }
        return entries(plain);
    }

    /** The value of a handler in the same form. */
    static Object current(Handler<?, ?> handler) {
        Object value = handler.value();
        if (handler instanceof OrMapHandler<?, ?> map) {
            List<Object> pairs = new ArrayList<>();
            map.value().forEach((key, item) -> pairs.add(pair(key, item)));
            return sorted(pairs);
        }
        return isUnordered(handler) ? sorted((Collection<?>) value) : entries(plain(value));
    }

    /** A recorded tree of a container and everything below it. */
    static Object recordedTree(JsonNode tree) {
        return tree(of(tree));
    }

    /** The same of a container now. */
    static Object currentTree(Handler<?, ?> container) {
        return tree(((ContainerHandler) container).resolved());
    }

    private static Object tree(Object value) {
        if (value instanceof Map<?, ?> map && map.containsKey("$set")) {
            return sorted((List<?>) map.get("$set"));
        }
        if (value instanceof Map<?, ?> map && map.containsKey("$map")) {
            Map<String, Object> byKey = new TreeMap<>();
            ((List<?>) map.get("$map")).forEach(entry -> {
                List<?> keyAndValue = (List<?>) entry;
                byKey.put(String.valueOf(keyAndValue.get(0)), tree(keyAndValue.get(1)));
            });
            return byKey;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> byKey = new TreeMap<>();
            map.forEach((key, item) -> byKey.put(String.valueOf(key), tree(item)));
            return byKey;
        }
        if (value instanceof java.util.Set<?> set) {
            return sorted(set);
        }
        if (value instanceof Collection<?> list) {
            List<Object> items = new ArrayList<>();
            list.forEach(item -> items.add(tree(item)));
            return items;
        }
        return value;
    }

    private static boolean isUnordered(Handler<?, ?> handler) {
        return handler instanceof OrSetHandler || handler instanceof OrMapHandler;
    }

    private static Object plain(Object value) {
        if (value instanceof HandlerRef ref) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("id", ref.id());
            map.put("type", ref.type());
            return map;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> plain = new LinkedHashMap<>();
            map.forEach((key, item) -> plain.put(key, plain(item)));
            return plain;
        }
        if (value instanceof Collection<?> list) {
            List<Object> plain = new ArrayList<>();
            list.forEach(item -> plain.add(plain(item)));
            return plain;
        }
        return value;
    }

    /** A map as its entries, because equal maps may differ in order and the order is recorded. */
    private static Object entries(Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            return value;
        }
        List<Object> entries = new ArrayList<>();
        map.forEach((key, item) -> entries.add(pair(key, item)));
        return entries;
    }

    private static List<Object> pair(Object key, Object value) {
        List<Object> pair = new ArrayList<>(2);
        pair.add(key);
        pair.add(value);
        return pair;
    }

    private static List<Object> sorted(Collection<?> items) {
        List<Object> sorted = new ArrayList<>(items);
        sorted.sort(Comparator.comparing(String::valueOf));
        return sorted;
    }
}
