package dev.weft.crdt.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.handler.ContainerHandler;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerFactory;
import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.handler.HandlerRef;
import dev.weft.crdt.handler.HandlerTags;
import dev.weft.crdt.handler.ValueCodec;
import dev.weft.crdt.handler.fugue.FugueHandler;
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
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.handler.text.TextHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Creates the handlers the vectors name and calls the methods they name. */
final class VectorHandlers {
    private static final Map<String, DartType<?>> ARGUMENTS = Stream.of(
                    DartType.STRING,
                    DartType.INT,
                    DartType.DOUBLE,
                    DartType.NUM,
                    DartType.BOOL,
                    DartType.DYNAMIC,
                    DartType.MAP,
                    DartType.LIST)
            .collect(Collectors.toUnmodifiableMap(DartType::name, Function.identity()));

    private VectorHandlers() {}

    /** @param described has {@code id}, {@code type} and possibly {@code handlerType} */
    static Handler<?, ?> create(HandlerHost host, JsonNode described) {
        String type = described.get("type").textValue();
        JsonNode tag = described.get("handlerType");
        return create(host, described.get("id").textValue(), type, tag == null ? type : tag.textValue());
    }

    static HandlerFactory factory(String type) {
        return (host, id) -> create(host, id, type, type);
    }

    private static Handler<?, ?> create(HandlerHost host, String id, String type, String tag) {
        String[] arguments = type.indexOf('<') < 0
                ? new String[0]
                : type.substring(type.indexOf('<') + 1, type.length() - 1).split(", (?![^<]*>)");
        ValueCodec<?> first = arguments.length > 0 ? codec(arguments[0]) : null;
        switch (HandlerTags.baseOf(type)) {
            case "CRDTTextHandler":
                return new TextHandler(host, id);
            case "CRDTListHandler":
                return new ListHandler<>(host, id, tag, first);
            case "CRDTMapHandler":
                return new MapHandler<>(host, id, tag, first);
            case "CRDTRegisterHandler":
                return new RegisterHandler<>(host, id, tag, first);
            case "CRDTORSetHandler":
                return new OrSetHandler<>(host, id, tag, first);
            case "CRDTORMapHandler":
                return new OrMapHandler<>(host, id, tag, first, codec(arguments[1]));
            case "CRDTFugueTextHandler":
                return new FugueTextHandler(host, id);
            case "CRDTFugueListHandler":
                return new FugueListHandler<>(host, id, tag, first);
            case "CRDTFugueMovableListHandler":
                return new FugueMovableListHandler<>(host, id, tag, first);
            case "CRDTListRefHandler":
                return new ListRefHandler(host, id);
            case "CRDTMovableListRefHandler":
                return new MovableListRefHandler(host, id);
            case "CRDTMapRefHandler":
                return new MapRefHandler(host, id);
            default:
                throw new AssertionError("No handler for " + type);
        }
    }

    private static ValueCodec<?> codec(String argument) {
        String plain = argument.endsWith("?") ? argument.substring(0, argument.length() - 1) : argument;
        DartType<?> type = ARGUMENTS.get(plain);
        if (type == null && plain.matches("Object|Map<.*>|List<.*>")) {
            type = DartType.DYNAMIC;
        }
        if (type == null) {
            throw new AssertionError("No Dart type " + argument);
        }
        return type.codec();
    }

    /** Calls a recorded method; what it throws comes out as it is. */
    static void call(HandlerHost host, Handler<?, ?> handler, String name, JsonNode arguments) {
        Method method = Arrays.stream(handler.getClass().getMethods())
                .filter(candidate -> candidate.getName().equals(name)
                        && candidate.getParameterCount() == arguments.size()
                        && !candidate.isBridge())
                .findFirst()
                .orElseThrow(() -> new AssertionError("No method " + name + " in " + handler));
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            values.add(argument(host, handler, method.getParameterTypes()[i], arguments.get(i)));
        }
        if (handler instanceof FugueHandler<?, ?> && name.startsWith("insert")) {
            values.set(0, startWhenOutside(handler, (int) values.get(0)));
        }
        try {
            method.invoke(handler, values.toArray());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException thrown) {
                throw thrown;
            }
            throw new AssertionError(e.getCause());
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * The reference inserts at the start when the index is outside the sequence, and random scripts do so often. Weft
     * appends or refuses (spec crdt 16.8), so it is asked for what the reference makes of it.
     */
    private static int startWhenOutside(Handler<?, ?> handler, int index) {
        int length = handler.value() instanceof Collection<?> list
                ? list.size()
                : handler.value().toString().length();
        return index < 0 || index > length ? 0 : index;
    }

    private static Object argument(HandlerHost host, Handler<?, ?> handler, Class<?> type, JsonNode recorded) {
        if (type == int.class) {
            return recorded.intValue();
        }
        if (type == Handler.class) {
            return host.resolve(new HandlerRef(recorded.textValue(), ""));
        }
        Object plain = PlainValues.of(recorded);
        if (handler instanceof ContainerHandler && plain instanceof Map<?, ?> ref) {
            return new HandlerRef((String) ref.get("id"), (String) ref.get("type"));
        }
        boolean wantsDouble = handler.type().endsWith("<double>") && plain instanceof Long;
        return wantsDouble ? Double.valueOf((Long) plain) : plain;
    }
}
