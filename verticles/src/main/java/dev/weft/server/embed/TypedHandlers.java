package dev.weft.server.embed;

import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.handler.HandlerTags;
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

/** Handlers for what others made, by the tag alone. */
public final class TypedHandlers {
    private TypedHandlers() {}

    /** @return the handler, registered with the host; null if the tag is of no built-in type */
    public static Handler<?, ?> create(HandlerHost host, String id, String tag) {
        String arguments = argumentsOf(tag);
        AnyValueCodec values = new AnyValueCodec(arguments);
        return switch (HandlerTags.baseOf(tag)) {
            case "CRDTTextHandler" -> new TextHandler(host, id);
            case "CRDTFugueTextHandler" -> new FugueTextHandler(host, id);
            case "CRDTListHandler" -> new ListHandler<>(host, id, tag, values);
            case "CRDTFugueListHandler" -> new FugueListHandler<>(host, id, tag, values);
            case "CRDTFugueMovableListHandler" -> new FugueMovableListHandler<>(host, id, tag, values);
            case "CRDTMapHandler" -> new MapHandler<>(host, id, tag, values);
            case "CRDTRegisterHandler" -> new RegisterHandler<>(host, id, tag, values);
            case "CRDTORSetHandler" -> new OrSetHandler<>(host, id, tag, values);
            case "CRDTORMapHandler" -> orMap(host, id, tag, arguments);
            case "CRDTMapRefHandler" -> new MapRefHandler(host, id);
            case "CRDTListRefHandler" -> new ListRefHandler(host, id);
            case "CRDTMovableListRefHandler" -> new MovableListRefHandler(host, id);
            default -> null;
        };
    }

    private static Handler<?, ?> orMap(HandlerHost host, String id, String tag, String arguments) {
        int comma = topLevelComma(arguments);
        String key =
                comma < 0 ? HandlerTags.DYNAMIC : arguments.substring(0, comma).strip();
        String value =
                comma < 0 ? HandlerTags.DYNAMIC : arguments.substring(comma + 1).strip();
        return new OrMapHandler<>(host, id, tag, new AnyValueCodec(key), new AnyValueCodec(value));
    }

    private static String argumentsOf(String tag) {
        int open = tag.indexOf('<');
        return open < 0 || !tag.endsWith(">") ? HandlerTags.DYNAMIC : tag.substring(open + 1, tag.length() - 1);
    }

    private static int topLevelComma(String arguments) {
        int depth = 0;
        for (int i = 0; i < arguments.length(); i++) {
            char c = arguments.charAt(i);
            if (c == ',' && depth == 0) {
                return i;
            }
            depth += c == '<' ? 1 : c == '>' ? -1 : 0;
        }
        return -1;
    }
}
