package dev.weft.crdt.document;

import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.HandlerFactory;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.handler.text.TextType;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The data types this library implements, by the name of their tag. A document uses them, with opaque values, to
 * validate and snapshot what no handler object was created for.
 */
public final class BuiltInTypes {
    /* By base name: what stands before '<' in a tag. The state code is the same as the handler's; values are bytes. */
    private static final Map<String, DataType<?, ?>> TYPES = new LinkedHashMap<>();
    /* By whole tag: the handlers without type arguments, which need no more than an id. */
    private static final Map<String, HandlerFactory> FACTORIES = new LinkedHashMap<>();

    static {
        TYPES.put("CRDTTextHandler", TextType.INSTANCE);

        FACTORIES.put(TextHandler.TYPE, TextHandler::new);
    }

    private BuiltInTypes() {}

    /** The data type behind a tag, with opaque values; null if it is not a built-in one. */
    public static DataType<?, ?> of(String tag) {
        int arguments = tag.indexOf('<');
        return TYPES.get(arguments < 0 ? tag : tag.substring(0, arguments));
    }

    /** The factories of the handlers whose tag is fixed. */
    public static Map<String, HandlerFactory> factories() {
        return Map.copyOf(FACTORIES);
    }
}
