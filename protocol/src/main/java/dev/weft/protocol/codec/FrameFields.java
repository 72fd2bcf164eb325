package dev.weft.protocol.codec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weft.protocol.codec.MalformedMessageException.Bound;
import dev.weft.protocol.codec.MalformedMessageException.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongPredicate;

/**
 * The fields of one frame, collected in one pass: {@code type} may stand anywhere, and the last of equal keys wins, so
 * nothing can be interpreted before the end. Core fields stay text or numbers until a message asks for them; everything
 * else is skipped, unless the frame is a plugin's.
 */
final class FrameFields {
    /** What a wrongly typed value is remembered as: it is only a fault if somebody needs the field. */
    private static final Object WRONG_TYPE = new Object();

    private static final Object NULL = new Object();

    private final FrameLimits limits;
    private final Map<Field, Object> values = new EnumMap<>(Field.class);
    private Object type;
    private Map<String, Object> tree;

    private FrameFields(FrameLimits limits) {
        this.limits = limits;
    }

    /**
     * Collects the fields of core messages, or every field as objects if the frame begins with a type of a plugin.
     *
     * @param isOfPlugin which types want the objects
     */
    static FrameFields read(JsonParser parser, FrameLimits limits, LongPredicate isOfPlugin) throws IOException {
        FrameFields fields = new FrameFields(limits);
        String name = firstName(parser);
        if (Field.TYPE.json.equals(name)) {
            fields.keep(Field.TYPE, parser);
            OptionalLong type = fields.type();
            if (type.isPresent() && isOfPlugin.test(type.getAsLong())) {
                fields.tree = new LinkedHashMap<>();
                fields.tree.put(name, type.getAsLong());
            }
            name = parser.nextFieldName();
        }
        return fields.readAll(name, parser);
    }

    /** Collects every field as objects, whatever the first one is. */
    static FrameFields readTree(JsonParser parser, FrameLimits limits) throws IOException {
        FrameFields fields = new FrameFields(limits);
        fields.tree = new LinkedHashMap<>();
        return fields.readAll(firstName(parser), parser);
    }

    private static String firstName(JsonParser parser) throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw new MalformedMessageException(Reason.NOT_JSON, "An empty frame", null);
        }
        if (first != JsonToken.START_OBJECT) {
            throw new MalformedMessageException(Reason.NO_TYPE, "A frame must be a JSON object", null);
        }
        return parser.nextFieldName();
    }

    private FrameFields readAll(String firstName, JsonParser parser) throws IOException {
        Json.ValueBudget budget = new Json.ValueBudget(limits.pluginValuesMax());
        for (String name = firstName; name != null; name = parser.nextFieldName()) {
            Field field = Field.BY_NAME.get(name);
            if (tree != null) {
                parser.nextToken();
                keepInTree(name, field, Json.readValue(parser, budget));
            } else if (field == null) {
                parser.nextToken();
                parser.skipChildren();
            } else {
                keep(field, parser);
            }
        }
        if (parser.nextToken() != null) {
            throw new MalformedMessageException(Reason.NOT_JSON, "Something follows the JSON object", null);
        }
        return this;
    }

    private void keepInTree(String name, Field field, Object value) {
        tree.put(name, value);
        if (field == Field.TYPE) {
            type = value;
        } else if (field == Field.DOCUMENT_ID) {
            values.put(field, value instanceof String ? value : WRONG_TYPE);
        }
    }

    private void keep(Field field, JsonParser parser) throws IOException {
        parser.nextToken();
        if (field == Field.TYPE) {
            type = integer(parser);
        } else {
            values.put(field, coreValue(field, parser));
        }
    }

    private Object coreValue(Field field, JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> NULL;
            case START_ARRAY -> array(field, parser);
            default -> {
                parser.skipChildren();
                yield WRONG_TYPE;
            }
        };
    }

    private static Object integer(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT && Json.isLong(parser)) {
            return parser.getLongValue();
        }
        parser.skipChildren();
        return WRONG_TYPE;
    }

    private Object array(Field field, JsonParser parser) throws IOException {
        if (field != Field.CHANGES && field != Field.CAPABILITIES) {
            parser.skipChildren();
            return WRONG_TYPE;
        }
        int max = field == Field.CHANGES ? limits.changesMax() : FrameLimits.CAPABILITIES_MAX;
        List<String> elements = new ArrayList<>();
        boolean wrong = false;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                parser.skipChildren();
                wrong = true;
            } else if (elements.size() < max) {
                elements.add(parser.getText());
            } else if (field == Field.CHANGES) {
                throw MalformedMessageException.over(Bound.CHANGES, "More changes in one frame than " + max, null);
            } else {
                wrong = true;
            }
        }
        return wrong ? WRONG_TYPE : elements;
    }

    OptionalLong type() {
        return type instanceof Long code ? OptionalLong.of(code) : OptionalLong.empty();
    }

    boolean hasTree() {
        return tree != null;
    }

    /** Every field as a Java object; only if {@link #hasTree}. */
    JsonObject tree() {
        return new JsonObject(Collections.unmodifiableMap(tree));
    }

    /** The document id, or null when it is missing, not text, or over its limit. */
    String documentIdOrNull() {
        return values.get(Field.DOCUMENT_ID) instanceof String id && id.length() <= limits.documentIdCharsMax()
                ? id
                : null;
    }

    String documentId() {
        String id = string(Field.DOCUMENT_ID);
        if (id.length() > limits.documentIdCharsMax()) {
            throw MalformedMessageException.over(
                    Bound.DOCUMENT_ID, "Document id longer than " + limits.documentIdCharsMax(), null);
        }
        return id;
    }

    String string(Field field) {
        if (values.get(field) instanceof String text) {
            return text;
        }
        throw bad(field, "text");
    }

    /** Null when the field is absent or null. */
    String stringOrNull(Field field) {
        return isAbsent(field) ? null : string(field);
    }

    long integer(Field field) {
        if (values.get(field) instanceof Long number) {
            return number;
        }
        throw bad(field, "an integer");
    }

    boolean bool(Field field) {
        if (values.get(field) instanceof Boolean bool) {
            return bool;
        }
        throw bad(field, "a boolean");
    }

    @SuppressWarnings("unchecked")
    List<String> strings(Field field) {
        if (values.get(field) instanceof List<?> list) {
            return (List<String>) list;
        }
        throw bad(field, "an array of text");
    }

    /** Empty when the field is absent or null. */
    List<String> stringsOrEmpty(Field field) {
        return isAbsent(field) ? List.of() : strings(field);
    }

    /** Empty unless the field is a short array of text: an extension must never cost a peer its message. */
    @SuppressWarnings("unchecked")
    List<String> stringsIfWellFormed(Field field) {
        return values.get(field) instanceof List<?> list ? (List<String>) list : List.of();
    }

    /** {@code fallback} unless the field is text; see {@link #stringsIfWellFormed}. */
    String stringIfWellFormed(Field field, String fallback) {
        return values.get(field) instanceof String text ? text : fallback;
    }

    /** {@code fallback} unless the field is an integer that is not negative; see {@link #stringsIfWellFormed}. */
    long countIfWellFormed(Field field, long fallback) {
        return values.get(field) instanceof Long number && number >= 0 ? number : fallback;
    }

    boolean isAbsent(Field field) {
        Object value = values.get(field);
        return value == null || value == NULL;
    }

    private MalformedMessageException bad(Field field, String expected) {
        String message = field.json + (isAbsent(field) ? " is missing" : " is not " + expected);
        return new MalformedMessageException(Reason.BAD_FIELD, message, null);
    }

    /** The fields of all core messages. */
    enum Field {
        TYPE("type"),
        DOCUMENT_ID("documentId"),
        AUTHOR("author"),
        VERSION_VECTOR("versionVector"),
        SNAPSHOT("snapshot"),
        CHANGE("change"),
        CHANGES("changes"),
        SESSION_ID("sessionId"),
        TIMESTAMP("timestamp"),
        ORIGINAL_TIMESTAMP("originalTimestamp"),
        RESPONSE_TIMESTAMP("responseTimestamp"),
        CODE("code"),
        MESSAGE("message"),
        SEQ("seq"),
        COUNT("count"),
        LOG_LENGTH("logLength"),
        COMPACT("compact"),
        FROM("from"),
        UP_TO_SEQ("upToSeq"),
        CAPABILITIES("capabilities"),
        RESUME("resume"),
        RESUME_AFTER("resumeAfter");

        private static final Map<String, Field> BY_NAME = new HashMap<>();

        static {
            for (Field field : values()) {
                BY_NAME.put(field.json, field);
            }
        }

        private final String json;

        Field(String json) {
            this.json = json;
        }
    }
}
