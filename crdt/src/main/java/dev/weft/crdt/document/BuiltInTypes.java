package dev.weft.crdt.document;

import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.HandlerFactory;
import dev.weft.crdt.handler.OpaqueValue;
import dev.weft.crdt.handler.list.FugueListType;
import dev.weft.crdt.handler.list.FugueMovableListType;
import dev.weft.crdt.handler.list.ListType;
import dev.weft.crdt.handler.map.MapType;
import dev.weft.crdt.handler.map.OrMapType;
import dev.weft.crdt.handler.reference.ListRefHandler;
import dev.weft.crdt.handler.reference.MapRefHandler;
import dev.weft.crdt.handler.reference.MovableListRefHandler;
import dev.weft.crdt.handler.register.RegisterType;
import dev.weft.crdt.handler.set.OrSetType;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.handler.text.FugueTextType;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.handler.text.TextType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The data types this library implements, by the name of their tag. A document uses them, with opaque values, to
 * validate and snapshot what no handler object was created for.
 */
public final class BuiltInTypes {
    /* By base name: what stands before '<' in a tag. The state code is the same as the handler's; values are bytes. */
    private static final Map<String, DataType<?, ?>> TYPES = new LinkedHashMap<>();
    private static final Set<String> CONTAINERS =
            Set.of("CRDTMapRefHandler", "CRDTListRefHandler", "CRDTMovableListRefHandler");
    /* By whole tag: the handlers without type arguments, which need no more than an id. */
    private static final Map<String, HandlerFactory> FACTORIES = new LinkedHashMap<>();

    static {
        TYPES.put("CRDTTextHandler", TextType.INSTANCE);
        TYPES.put("CRDTFugueTextHandler", FugueTextType.INSTANCE);
        TYPES.put("CRDTFugueListHandler", new FugueListType<>(OpaqueValue.CODEC));
        TYPES.put("CRDTListRefHandler", new FugueListType<>(OpaqueValue.CODEC));
        TYPES.put("CRDTFugueMovableListHandler", new FugueMovableListType<>(OpaqueValue.CODEC));
        TYPES.put("CRDTMovableListRefHandler", new FugueMovableListType<>(OpaqueValue.CODEC));
        TYPES.put("CRDTListHandler", new ListType<>(OpaqueValue.CODEC));
        TYPES.put("CRDTMapHandler", new MapType<>(OpaqueValue.CODEC));
        TYPES.put("CRDTMapRefHandler", new MapType<>(OpaqueValue.CODEC));
        TYPES.put("CRDTRegisterHandler", new RegisterType<>(OpaqueValue.CODEC));
        TYPES.put("CRDTORSetHandler", new OrSetType<>(OpaqueValue.CODEC));
        TYPES.put("CRDTORMapHandler", new OrMapType<>(OpaqueValue.CODEC, OpaqueValue.CODEC));

        FACTORIES.put(TextHandler.TYPE, TextHandler::new);
        FACTORIES.put(FugueTextHandler.TYPE, FugueTextHandler::new);
        FACTORIES.put(ListRefHandler.TYPE, ListRefHandler::new);
        FACTORIES.put(MovableListRefHandler.TYPE, MovableListRefHandler::new);
        FACTORIES.put(MapRefHandler.TYPE, MapRefHandler::new);
    }

    private BuiltInTypes() {}

    /** The data type behind a tag, with opaque values; null if it is not a built-in one. */
    public static DataType<?, ?> of(String tag) {
        int arguments = tag.indexOf('<');
        return TYPES.get(arguments < 0 ? tag : tag.substring(0, arguments));
    }

    /** The base names of all built-in types. */
    public static Set<String> names() {
        return Set.copyOf(TYPES.keySet());
    }

    /** Whether handlers of this tag hold references to others. */
    public static boolean isContainer(String tag) {
        return CONTAINERS.contains(tag);
    }

    /** The factories of the handlers whose tag is fixed. */
    public static Map<String, HandlerFactory> factories() {
        return Map.copyOf(FACTORIES);
    }
}
