package dev.weft.protocol.codec;

import java.util.Map;

/**
 * A JSON object as a plugin codec sees it. Values are {@code null}, {@link String}, {@link Boolean}, {@link Long},
 * {@link Double}, and unmodifiable {@link java.util.List} and {@link Map} of these; maps keep the order of the text.
 *
 * @param values by name; duplicates have been resolved to the last
 */
public record JsonObject(Map<String, Object> values) {
    /** @throws IllegalArgumentException if the field is missing or not text */
    public String requireString(String name) {
        return require(name, String.class);
    }

    /** @throws IllegalArgumentException if the field is missing or not an object */
    public JsonObject requireObject(String name) {
        return asObject(values.get(name), name);
    }

    /** @throws IllegalArgumentException if the field is missing or not an integer of 64 bits */
    public long requireLong(String name) {
        return require(name, Long.class);
    }

    /** @throws IllegalArgumentException if the value is not an object */
    @SuppressWarnings("unchecked")
    public static JsonObject asObject(Object value, String name) {
        if (value instanceof Map<?, ?> map) {
            return new JsonObject((Map<String, Object>) map);
        }
        throw new IllegalArgumentException(name + " is not an object");
    }

    private <T> T require(String name, Class<T> type) {
        Object value = values.get(name);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(name + " is missing or not a " + type.getSimpleName());
        }
        return type.cast(value);
    }
}
