package dev.weft.crdt.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.VectorChecks;
import dev.weft.crdt.Vectors;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.HistorySession;
import dev.weft.crdt.document.ReadOnlyDocumentException;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerAlreadyRegisteredException;
import dev.weft.crdt.handler.HandlerRef;
import dev.weft.crdt.id.PeerId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Time travel against {@code history.json}. */
class HistoryVectorsTest {
    private static final PeerId READER = PeerId.parse("00000000-0000-4000-8000-00000000000f");
    private static final List<String> GENERIC = List.of(
            "CRDTMapHandler<dynamic>",
            "CRDTListHandler<dynamic>",
            "CRDTFugueListHandler<String>",
            "CRDTFugueMovableListHandler<String>",
            "CRDTORSetHandler<String>",
            "CRDTORMapHandler<String, int>",
            "CRDTRegisterHandler<dynamic>");

    @Test
    void everyPointOfTheHistoryShowsWhatWasRecorded() {
        VectorChecks checks = new VectorChecks("history.json", Map.of());
        for (JsonNode testCase : Vectors.read("history.json").get("cases")) {
            if (testCase.path("kind").asText().equals("kept-history")) {
                keptHistory(checks, testCase);
            } else {
                session(checks, testCase);
            }
        }
        checks.finish();
    }

    private void keptHistory(VectorChecks checks, JsonNode testCase) {
        Document document = new Document(READER);
        List<Change> changes = changes(testCase);
        int covered = testCase.get("snapshotCovers").intValue();
        document.importChanges(changes.subList(0, covered));
        Handler<?, ?> live =
                VectorHandlers.create(document, testCase.get("handlers").get(0));
        document.takeSnapshot(false);
        document.importChanges(changes.subList(covered, changes.size()));
        HistorySession session = document.openHistory();
        Handler<?, ?> handler =
                VectorHandlers.create(session, testCase.get("handlers").get(0));
        checks.equal(name(testCase) + " length", testCase.get("length").intValue(), session.length());
        for (JsonNode cursor : testCase.get("cursors")) {
            session.jump(cursor.get("cursor").intValue());
            String name = name(testCase) + " at " + session.cursor();
            checks.equal(name, PlainValues.recorded(handler, cursor.get("value")), PlainValues.current(handler));
            compareVersion(checks, name, cursor, session);
        }
        assertThat(live.value()).isEqualTo(handler.value());
    }

    private void session(VectorChecks checks, JsonNode testCase) {
        Document document = document(testCase);
        HistorySession session = document.openHistory();
        Map<String, Handler<?, ?>> handlers = handlers(session, testCase);
        String name = name(testCase);
        checks.equal(name + " length", testCase.get("length").intValue(), session.length());
        checks.equal(
                name + " order",
                PlainValues.of(testCase.get("order")),
                session.exportChanges().stream()
                        .map(change -> change.id().toString())
                        .toList());
        for (JsonNode cursor : testCase.get("cursors")) {
            session.jump(cursor.get("cursor").intValue());
            String at = name + " at " + session.cursor();
            compareValues(checks, at, cursor, handlers);
            compareVersion(checks, at, cursor, session);
            checks.equal(
                    at + " visible",
                    cursor.get("visibleChanges").intValue(),
                    session.exportChanges().size());
        }
        walk(checks, name, testCase);
        errors(checks, name, testCase);
        if (testCase.has("frozen")) {
            frozen(checks, name, testCase);
        }
    }

    private void walk(VectorChecks checks, String name, JsonNode testCase) {
        HistorySession session = document(testCase).openHistory();
        Map<String, Handler<?, ?>> handlers = handlers(session, testCase);
        List<Integer> moves = new ArrayList<>();
        session.onCursor(moves::add);
        int number = 0;
        for (JsonNode step : testCase.get("walk")) {
            moves.clear();
            switch (step.get("do").textValue()) {
                case "next" -> session.next();
                case "previous" -> session.previous();
                case "jump" -> session.jump(step.get("to").intValue());
                case "read" -> {}
                default -> throw new AssertionError("Unknown step " + step);
            }
            String at = name + " walk " + number++;
            checks.equal(at + " cursor", step.get("cursor").intValue(), session.cursor());
            checks.equal(at + " moved", step.get("moved").booleanValue(), !moves.isEmpty());
            checks.equal(at + " next", step.get("canNext").booleanValue(), session.canNext());
            checks.equal(at + " previous", step.get("canPrevious").booleanValue(), session.canPrevious());
            compareValues(checks, at, step, handlers);
        }
    }

    /** The recorded calls are named in prose; every handler's edits must fail in the same way. */
    private void errors(VectorChecks checks, String name, JsonNode testCase) {
        HistorySession session = document(testCase).openHistory();
        Map<String, Handler<?, ?>> handlers = handlers(session, testCase);
        for (JsonNode error : testCase.get("errors")) {
            String call = error.get("call").textValue();
            String expected =
                    error.get("error").isNull() ? "nothing" : error.get("error").textValue();
            checks.equal(name + " " + call, expected, outcome(session, handlers, testCase, call));
        }
    }

    private static String outcome(
            HistorySession session, Map<String, Handler<?, ?>> handlers, JsonNode testCase, String call) {
        try {
            if (call.startsWith("getHandler")) {
                VectorHandlers.create(session, testCase.get("handlers").get(0));
            } else {
                edit(session, handlers, call);
            }
            return "nothing";
        } catch (ReadOnlyDocumentException | HandlerAlreadyRegisteredException e) {
            return e.getClass().getSimpleName();
        }
    }

    private static void edit(HistorySession session, Map<String, Handler<?, ?>> handlers, String call) {
        int dot = call.indexOf('.');
        Handler<?, ?> handler = handlers.get(call.substring(0, dot));
        int open = call.indexOf('(');
        String method = open < 0 ? call.substring(dot + 1) : call.substring(dot + 1, open);
        String arguments = open < 0 ? "\"x\"" : call.substring(open + 1, call.length() - 1);
        VectorHandlers.call(session, handler, method, json("[" + arguments + "]"));
    }

    private static JsonNode json(String text) {
        try {
            return new com.fasterxml.jackson.databind.ObjectMapper().readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private void frozen(VectorChecks checks, String name, JsonNode testCase) {
        JsonNode frozen = testCase.get("frozen");
        JsonNode insert = frozen.get("insertedAtFrontOfLive");
        Document document = document(testCase);
        Map<String, Handler<?, ?>> live = new LinkedHashMap<>();
        testCase.get("handlers")
                .forEach(handler -> live.put(handler.get("id").textValue(), VectorHandlers.create(document, handler)));
        HistorySession session = document.openHistory();
        Handler<?, ?> edited = live.get(insert.get("handler").textValue());
        VectorHandlers.call(
                document, edited, "insert", json("[0, \"" + insert.get("text").textValue() + "\"]"));
        Handler<?, ?> seen = handlers(session, testCase).get(edited.id());
        checks.equal(name + " frozen length", frozen.get("sessionLength").intValue(), session.length());
        checks.equal(name + " frozen value", frozen.get("sessionValue").textValue(), seen.value());
        checks.equal(name + " live value", frozen.get("liveValue").textValue(), edited.value());
        document.takeSnapshot(true);
        session.jump(0);
        session.jump(session.length());
        checks.equal(name + " frozen after a prune", frozen.get("sessionValue").textValue(), seen.value());
    }

    private static Document document(JsonNode testCase) {
        Document document = new Document(READER);
        if (testCase.path("nested").booleanValue()) {
            document.registerDefaultFactories();
            genericTypes(testCase).forEach(type -> document.registerFactory(type, VectorHandlers.factory(type)));
        }
        if (testCase.has("snapshot")) {
            document.importSnapshot(Snapshot.decode(Vectors.base64(testCase.get("snapshot"))), true);
        }
        List<Change> changes = changes(testCase);
        assertThat(document.importChanges(changes)).isEqualTo(changes.size());
        return document;
    }

    /** Those the vectors' README names, and whatever else the case speaks of. */
    private static Set<String> genericTypes(JsonNode testCase) {
        Set<String> types = new LinkedHashSet<>(GENERIC);
        for (Change change : changes(testCase)) {
            types.add(change.envelope().handlerType());
        }
        types.removeIf(type -> type.indexOf('<') < 0);
        return types;
    }

    private static Map<String, Handler<?, ?>> handlers(HistorySession session, JsonNode testCase) {
        Map<String, Handler<?, ?>> handlers = new LinkedHashMap<>();
        for (JsonNode described : testCase.get("handlers")) {
            String id = described.get("id").textValue();
            String type = described.get("type").textValue();
            Handler<?, ?> known = session.resolve(new HandlerRef(id, "none"));
            handlers.put(id, known != null ? known : VectorHandlers.create(session, described));
            assertThat(handlers.get(id).type()).isEqualTo(type);
        }
        return handlers;
    }

    private static void compareValues(
            VectorChecks checks, String name, JsonNode recorded, Map<String, Handler<?, ?>> handlers) {
        recorded.path("values").properties().forEach(value -> {
            Handler<?, ?> handler = handlers.get(value.getKey());
            checks.equal(
                    name + " " + value.getKey(),
                    PlainValues.recorded(handler, value.getValue()),
                    PlainValues.current(handler));
        });
        recorded.path("resolved")
                .properties()
                .forEach(tree -> checks.equal(
                        name + " resolved " + tree.getKey(),
                        PlainValues.recordedTree(tree.getValue()),
                        PlainValues.currentTree(handlers.get(tree.getKey()))));
    }

    private static void compareVersion(VectorChecks checks, String name, JsonNode recorded, HistorySession session) {
        TreeSet<String> expected = new TreeSet<>();
        recorded.get("version").forEach(id -> expected.add(id.textValue()));
        TreeSet<String> actual = new TreeSet<>();
        session.version().heads().forEach(id -> actual.add(id.toString()));
        checks.equal(name + " version", expected, actual);
    }

    private static List<Change> changes(JsonNode testCase) {
        List<Change> changes = new ArrayList<>();
        testCase.get("changes").forEach(change -> changes.add(Change.decode(Vectors.base64(change))));
        return changes;
    }

    private static String name(JsonNode testCase) {
        return testCase.get("name").textValue();
    }
}
