package dev.weft.server.embed;

import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.handler.OpaqueValue;
import dev.weft.crdt.handler.ValueCodec;
import dev.weft.crdt.handler.json.JsonValueCodec;

/**
 * Values of a handler whose application is elsewhere: JSON as far as it is JSON, bytes otherwise. What is written must be
 * what the Dart type in the handler's tag allows, or the application would drop it.
 */
final class AnyValueCodec implements ValueCodec<Object> {
    private final String dartType;
    private final boolean allowsNull;

    /** @param dartType as in the tag, for instance {@code String?} */
    AnyValueCodec(String dartType) {
        this.allowsNull = dartType.endsWith("?") || dartType.equals("dynamic") || dartType.equals("Null");
        this.dartType = dartType.endsWith("?") ? dartType.substring(0, dartType.length() - 1) : dartType;
    }

    @Override
    public byte[] encode(Object value) {
        if (value instanceof OpaqueValue opaque) {
            return opaque.bytes();
        }
        return JsonValueCodec.any().encode(checked(value));
    }

    private Object checked(Object value) {
        if (value == null) {
            if (!allowsNull) {
                throw new IllegalArgumentException("null is no " + dartType);
            }
            return null;
        }
        boolean isFine =
                switch (dartType) {
                    case "String" -> value instanceof String;
                    case "bool" -> value instanceof Boolean;
                    case "int" -> value instanceof Long || value instanceof Integer;
                    case "double", "num" -> value instanceof Number;
                    default -> true;
                };
        if (!isFine) {
            throw new IllegalArgumentException(JsonValueCodec.toJson(value) + " is no " + dartType);
        }
        // Dart tells 1 and 1.0 apart by how they are written.
        return dartType.equals("double") ? (Object) ((Number) value).doubleValue() : value;
    }

    @Override
    public Object decode(byte[] bytes) {
        try {
            return JsonValueCodec.any().decode(bytes);
        } catch (CrdtFormatException e) {
            return new OpaqueValue(bytes);
        }
    }
}
