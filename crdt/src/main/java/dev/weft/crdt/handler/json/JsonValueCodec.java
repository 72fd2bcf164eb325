package dev.weft.crdt.handler.json;

import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.codec.StrictUtf8;
import dev.weft.crdt.handler.ValueCodec;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Values as compact JSON in strict UTF-8. Java types on both sides: {@code null}, {@link Boolean}, {@link Long} for
 * integers, {@link Double} for everything written with a point or an exponent (and integers beyond 64 bits),
 * {@link String}, {@link List} and {@link Map} in their order. {@code 1} and {@code 1.0} are different bytes and stay
 * different values; only where a double is wanted either is accepted (spec crdt W21).
 */
public final class JsonValueCodec<T> implements ValueCodec<T> {
    /** Deeper documents are refused on both ways; a value that deep is an attack or contains itself. */
    public static final int DEPTH_MAX = 1000;

    private static final JsonValueCodec<Object> ANY = new JsonValueCodec<>("any", true, json -> json);
    private static final JsonValueCodec<String> STRINGS = strict("String", String.class);
    private static final JsonValueCodec<Boolean> BOOLEANS = strict("bool", Boolean.class);
    private static final JsonValueCodec<Long> LONGS = strict("int", Long.class);
    private static final JsonValueCodec<Number> NUMBERS = strict("num", Number.class);
    private static final JsonValueCodec<Double> DOUBLES =
            new JsonValueCodec<>("double", false, json -> json instanceof Number number ? number.doubleValue() : null);

    private final String wanted;
    private final boolean allowsNull;
    private final Function<Object, T> cast;

    /** @param cast gives null for a value of another type */
    private JsonValueCodec(String wanted, boolean allowsNull, Function<Object, T> cast) {
        this.wanted = wanted;
        this.allowsNull = allowsNull;
        this.cast = cast;
    }

    private static <T> JsonValueCodec<T> strict(String wanted, Class<T> type) {
        return new JsonValueCodec<>(wanted, false, json -> type.isInstance(json) ? type.cast(json) : null);
    }

    /** Whatever JSON can say, null included: Dart {@code dynamic} and {@code Object?}. */
    public static JsonValueCodec<Object> any() {
        return ANY;
    }

    public static JsonValueCodec<String> strings() {
        return STRINGS;
    }

    public static JsonValueCodec<Boolean> booleans() {
        return BOOLEANS;
    }

    /** Dart {@code int}. A value written as {@code 1.0} is refused, as the Dart side does. */
    public static JsonValueCodec<Long> longs() {
        return LONGS;
    }

    /** Dart {@code num}: {@link Long} or {@link Double}, as written. */
    public static JsonValueCodec<Number> numbers() {
        return NUMBERS;
    }

    /** Dart {@code double}. Reads {@code 1} too, because a peer compiled to JavaScript writes 1.0 like that. */
    public static JsonValueCodec<Double> doubles() {
        return DOUBLES;
    }

    /** Dart {@code Map<String, dynamic>}. */
    @SuppressWarnings("unchecked")
    public static JsonValueCodec<Map<String, Object>> maps() {
        return new JsonValueCodec<>("Map", false, json -> json instanceof Map ? (Map<String, Object>) json : null);
    }

    /** Dart {@code List<dynamic>}. */
    @SuppressWarnings("unchecked")
    public static JsonValueCodec<List<Object>> lists() {
        return new JsonValueCodec<>("List", false, json -> json instanceof List ? (List<Object>) json : null);
    }

    /** The same codec for the nullable type: Dart {@code String?}. */
    public JsonValueCodec<T> nullable() {
        return allowsNull ? this : new JsonValueCodec<>(wanted + "?", true, cast);
    }

    @Override
    public byte[] encode(T value) {
        if (value == null && !allowsNull) {
            throw new IllegalArgumentException("null is no " + wanted);
        }
        return StrictUtf8.encode(toJson(value));
    }

    @Override
    public T decode(byte[] bytes) {
        Object json = fromJson(StrictUtf8.decode(bytes, 0, bytes.length, "JSON value"));
        if (json == null && allowsNull) {
            return null;
        }
        T value = cast.apply(json);
        if (value == null) {
            throw new CrdtFormatException("JSON value is no " + wanted);
        }
        return value;
    }

    /** @throws IllegalArgumentException for anything but the types this class names */
    public static String toJson(Object value) {
        return JsonWriter.write(value);
    }

    /** @throws CrdtFormatException if the text is not exactly one JSON value */
    public static Object fromJson(String text) {
        return JsonReader.read(text);
    }
}
