package dev.weft.crdt.handler.json;

import dev.weft.crdt.handler.ValueCodec;
import java.util.List;
import java.util.Map;

/**
 * A Dart type argument and the codec its values have by default: what a generic handler needs to meet the one a Dart
 * peer created. {@code new ListHandler<>(document, "todo", DartType.STRING)} is {@code CRDTListHandler<String>}.
 *
 * @param name as Dart prints it; part of the handler's type tag, so every letter counts
 */
public record DartType<T>(String name, ValueCodec<T> codec) {
    public static final DartType<String> STRING = new DartType<>("String", JsonValueCodec.strings());
    public static final DartType<Long> INT = new DartType<>("int", JsonValueCodec.longs());
    public static final DartType<Double> DOUBLE = new DartType<>("double", JsonValueCodec.doubles());
    public static final DartType<Number> NUM = new DartType<>("num", JsonValueCodec.numbers());
    public static final DartType<Boolean> BOOL = new DartType<>("bool", JsonValueCodec.booleans());
    /** What Dart prints where no type argument is given. */
    public static final DartType<Object> DYNAMIC = new DartType<>("dynamic", JsonValueCodec.any());

    public static final DartType<Map<String, Object>> MAP =
            new DartType<>("Map<String, dynamic>", JsonValueCodec.maps());
    public static final DartType<List<Object>> LIST = new DartType<>("List<dynamic>", JsonValueCodec.lists());

    public static DartType<String> nullableString() {
        return new DartType<>("String?", JsonValueCodec.strings().nullable());
    }

    /** {@code Object?}, which holds what {@link #DYNAMIC} holds under another tag. */
    public static DartType<Object> nullableObject() {
        return new DartType<>("Object?", JsonValueCodec.any());
    }

    /** An application class: its Dart name and how it is stored. */
    public static <T> DartType<T> of(String name, ValueCodec<T> codec) {
        return new DartType<>(name, codec);
    }
}
