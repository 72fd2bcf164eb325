package dev.weft.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.Message;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Compares a message with the {@code decoded} object of a vector, field by field. */
final class DecodedFields {
    private DecodedFields() {}

    static void assertEqual(Message message, JsonNode expected) {
        Map<String, Object> fields = fieldsOf(message);
        if (message instanceof ErrorMessage error) {
            // The vectors keep "message" for the class name.
            fields.put("text", error.message());
        }
        fields.put("type", (long) message.type().code());
        expected.properties().forEach(field -> {
            String name = field.getKey();
            if (!name.equals("message")) {
                assertThat(fields).as("fields of " + message).containsKey(name);
                assertThat(plain(fields.get(name))).as(name).isEqualTo(plain(name, field.getValue()));
            }
        });
    }

    private static Map<String, Object> fieldsOf(Object record) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            try {
                component.getAccessor().setAccessible(true);
                fields.put(component.getName(), component.getAccessor().invoke(record));
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
        return fields;
    }

    /** What the vector says, in the shape {@link #plain(Object)} gives to ours. */
    private static Object plain(String name, JsonNode node) {
        if (node.isNull()) {
            // Absent lists are empty lists here.
            return name.equals("changes") ? List.of() : null;
        } else if (name.equals("versionVector")) {
            Map<String, Object> entries = new TreeMap<>();
            node.forEach(
                    entry -> entries.put(entry.get(0).textValue(), entry.get(1).textValue()));
            return entries;
        } else if (node.isObject()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            node.properties().forEach(field -> fields.put(field.getKey(), plain(field.getKey(), field.getValue())));
            return fields;
        } else if (node.isArray()) {
            List<Object> elements = new ArrayList<>();
            node.forEach(element -> elements.add(plain("", element)));
            return elements;
        } else if (node.isIntegralNumber()) {
            return node.longValue();
        } else if (node.isDouble()) {
            return node.doubleValue();
        } else if (node.isBoolean()) {
            return node.booleanValue();
        }
        return name.equals("author") ? node.textValue().toLowerCase(Locale.ROOT) : node.textValue();
    }

    private static Object plain(Object value) {
        if (value instanceof PeerId peer) {
            return peer.toString();
        } else if (value instanceof VersionVector vector) {
            Map<String, Object> entries = new TreeMap<>();
            vector.forEach((peer, clock) -> entries.put(peer.toString(), new HybridTimestamp(clock).toString()));
            return entries;
        } else if (value instanceof Change change) {
            return Map.of(
                    "id", change.id().toString(),
                    "deps", change.dependencies().stream().map(Object::toString).toList(),
                    "bytes", Base64.getEncoder().encodeToString(change.encoded()));
        } else if (value instanceof Snapshot snapshot) {
            Map<String, Object> data = new LinkedHashMap<>();
            snapshot.data()
                    .forEach((key, blob) -> data.put(key, Base64.getEncoder().encodeToString(blob)));
            return Map.of("id", snapshot.id(), "versionVector", plain(snapshot.versionVector()), "data", data);
        } else if (value instanceof List<?> list) {
            return list.stream().map(DecodedFields::plain).toList();
        } else if (value instanceof Map<?, ?> map) {
            Map<String, Object> fields = new LinkedHashMap<>();
            map.forEach((key, element) -> fields.put((String) key, plain(element)));
            return fields;
        } else if (value instanceof Record record) {
            return plain(fieldsOf(record));
        }
        return value;
    }
}
