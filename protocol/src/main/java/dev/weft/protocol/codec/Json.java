package dev.weft.protocol.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The JSON of the envelope: how it is parsed, and how values of plugins look as Java objects. */
final class Json {
    static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);

    private Json() {}

    /**
     * A parser factory.
     *
     * @param forLarge whether frames are large. Its parser is two to three times as fast on long strings, but it remembers
     *     the names it saw, and a new name costs a copy of its table, about 30 µs and 300 KB. Names come from strangers,
     *     so small frames go without: nobody may buy that copy with a few bytes
     */
    static JsonFactory factory(FrameLimits limits, boolean forLarge) {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(limits.jsonDepthMax())
                        .maxStringLength(limits.stringCharsMax())
                        .maxNameLength(limits.nameCharsMax())
                        .build())
                .configure(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES, forLarge)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .build();
    }

    /** The value at the current token, with everything below it; leaves the parser on its last token. */
    static Object readValue(JsonParser parser, ValueBudget budget) throws IOException {
        budget.spend();
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> readObject(parser, budget);
            case START_ARRAY -> readArray(parser, budget);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> readInteger(parser);
            case VALUE_NUMBER_FLOAT -> finite(parser.getDoubleValue());
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> null;
            default -> throw new AssertionError(token);
        };
    }

    private static Map<String, Object> readObject(JsonParser parser, ValueBudget budget) throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            object.put(name, readValue(parser, budget));
        }
        return Collections.unmodifiableMap(object);
    }

    private static List<Object> readArray(JsonParser parser, ValueBudget budget) throws IOException {
        List<Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(readValue(parser, budget));
        }
        return Collections.unmodifiableList(array);
    }

    /** Beyond 64 bits the reference reads a double, which is why such a number is no integer anywhere. */
    private static Object readInteger(JsonParser parser) throws IOException {
        if (isLong(parser)) {
            return parser.getLongValue();
        }
        return finite(Double.parseDouble(parser.getText()));
    }

    /** Refuses what the reference reads as an infinity and then fails to write when it passes the message on. */
    private static double finite(double value) {
        if (Double.isInfinite(value)) {
            throw new MalformedMessageException(
                    MalformedMessageException.Reason.BAD_FIELD, "A number beyond the range of doubles", null);
        }
        return value;
    }

    static boolean isLong(JsonParser parser) throws IOException {
        return parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
    }

    /** How many more values of one plugin message may be read. */
    static final class ValueBudget {
        private final int max;
        private int spent;

        ValueBudget(int max) {
            this.max = max;
        }

        void spend() {
            if (++spent > max) {
                throw MalformedMessageException.over(
                        MalformedMessageException.Bound.VALUES, "More JSON values than " + max, null);
            }
        }
    }
}
