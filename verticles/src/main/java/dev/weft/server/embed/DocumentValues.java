package dev.weft.server.embed;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.HistorySession;
import dev.weft.crdt.handler.ContainerHandler;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.OpaqueValue;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a document says, as values of JSON: texts, numbers, booleans, null, {@link List} and {@link Map}. References are
 * followed, and what they lead to stands in their place.
 */
public final class DocumentValues {
    /** The key of an object that stands for a value that is no JSON; its value is base64. */
    public static final String BYTES = "$bytes";

    private DocumentValues() {}

    /**
     * The values of all handlers that no other refers to, by id. Registers what is not registered yet; handlers an
     * application has registered keep their codecs.
     */
    public static Map<String, Object> of(Document document) {
        handlers(document);
        Map<String, Object> values = new LinkedHashMap<>();
        document.roots().forEach((id, handler) -> values.put(id, of(handler)));
        return values;
    }

    /** Every handler of a document by id, registered with the codecs its tag names. */
    public static Map<String, Handler<?, ?>> handlers(Document document) {
        Map<String, String> types = document.handlerTypes();
        if (!document.handlers().keySet().containsAll(types.keySet())) {
            for (String tag : new LinkedHashSet<>(types.values())) {
                // The value may be null for a tag nobody knows; the document then carries the data unseen.
                document.registerFactory(tag, (host, id) -> TypedHandlers.create(host, id, tag));
            }
            document.registerDefaultFactories();
            document.reconstruct();
        }
        return document.handlers();
    }

    /** The same at a point of history; the session is moved by its owner. @param types id to tag */
    public static Map<String, Object> of(HistorySession session, Map<String, String> types) {
        Map<String, Handler<?, ?>> handlers = new LinkedHashMap<>();
        types.forEach((id, tag) -> {
            if (session.changeCountOf(id) > 0) {
                Handler<?, ?> handler = TypedHandlers.create(session, id, tag);
                if (handler != null) {
                    handlers.put(id, handler);
                }
            }
        });
        Set<String> children = new LinkedHashSet<>();
        handlers.values().forEach(handler -> {
            if (handler instanceof ContainerHandler container) {
                container.childRefs().forEach(ref -> children.add(ref.id()));
            }
        });
        Map<String, Object> values = new LinkedHashMap<>();
        handlers.forEach((id, handler) -> {
            if (!children.contains(id)) {
                values.put(id, of(handler));
            }
        });
        return values;
    }

    /** What one handler says. */
    public static Object of(Handler<?, ?> handler) {
        return json(handler instanceof ContainerHandler container ? container.resolved() : handler.value());
    }

    private static Object json(Object value) {
        if (value instanceof OpaqueValue opaque) {
            return Map.of(BYTES, Base64.getEncoder().encodeToString(opaque.bytes()));
        }
        if (value instanceof byte[] bytes) {
            return Map.of(BYTES, Base64.getEncoder().encodeToString(bytes));
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> converted = new LinkedHashMap<>();
            map.forEach((key, each) -> converted.put(String.valueOf(json(key)), json(each)));
            return converted;
        }
        if (value instanceof Iterable<?> items) {
            List<Object> converted = new ArrayList<>();
            items.forEach(each -> converted.add(json(each)));
            return converted;
        }
        return value;
    }
}
