package dev.weft.crdt.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.VectorChecks;
import dev.weft.crdt.Vectors;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.document.CausallyNotReadyException;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentDisposedException;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.ContainerHandler;
import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerAlreadyRegisteredException;
import dev.weft.crdt.handler.fugue.FugueHandler;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.sequence.ElementId;
import dev.weft.crdt.version.VersionVector;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;

/** Runs one program of section 5 of the vectors' README on a new replica and checks the outcome of every step. */
final class DocumentProgram {
    private final JsonNode testCase;
    private final JsonNode program;
    private final VectorChecks checks;
    private final List<Change> pool = new ArrayList<>();
    private final Map<String, Snapshot> snapshots = new LinkedHashMap<>();
    private final List<String> localChanges = new ArrayList<>();
    private final List<Change> created = new ArrayList<>();
    /* A disposed document forgets its handlers; whoever holds one can still call it. */
    private final Map<String, Handler<?, ?>> everRegistered = new LinkedHashMap<>();
    private final Document document;
    private int updates;

    DocumentProgram(JsonNode testCase, JsonNode program, VectorChecks checks) {
        this.testCase = testCase;
        this.program = program;
        this.checks = checks;
        testCase.get("changes").forEach(change -> pool.add(Change.decode(Vectors.base64(change))));
        testCase.path("snapshots")
                .properties()
                .forEach(entry -> snapshots.put(entry.getKey(), Snapshot.decode(Vectors.base64(entry.getValue()))));
        this.document = create(program.get("replica"));
        everRegistered.putAll(document.handlers());
    }

    private Document create(JsonNode replica) {
        DocumentOptions.Builder options = DocumentOptions.builder()
                .peerId(PeerId.parse(replica.get("peerId").textValue()))
                .documentId(replica.get("documentId").textValue());
        if (replica.has("initialClock")) {
            options.initialClock(
                    HybridTimestamp.parse(replica.get("initialClock").textValue()));
        }
        Document created = new Document(options.build());
        if (replica.path("defaultFactories").booleanValue()) {
            created.registerDefaultFactories();
        }
        replica.path("factories")
                .forEach(type -> created.registerFactory(type.textValue(), VectorHandlers.factory(type.textValue())));
        JsonNode handlers = program.has("handlers") ? program.get("handlers") : testCase.get("handlers");
        handlers.forEach(handler -> VectorHandlers.create(created, handler));
        return created;
    }

    void run() {
        document.onLocalChange(change -> {
            localChanges.add(change.id().toString());
            created.add(change);
        });
        document.onUpdate(() -> updates++);
        int number = 0;
        for (JsonNode step : program.get("steps")) {
            String name = testCase.get("name").textValue() + " | "
                    + program.get("label").textValue() + " | " + number++ + " "
                    + step.get("do").textValue();
            localChanges.clear();
            created.clear();
            updates = 0;
            step(name, step);
            if (step.has("changes") && step.get("changes").path(0).isObject()) {
                compareCreated(name, step.get("changes"));
            }
            if (step.has("events")) {
                compareEvents(name, step);
            }
        }
    }

    Document document() {
        return document;
    }

    /** Every handler's value now. */
    Map<String, Object> values() {
        Map<String, Object> values = new LinkedHashMap<>();
        document.handlers().forEach((id, handler) -> values.put(id, PlainValues.current(handler)));
        return values;
    }

    private void step(String name, JsonNode step) {
        switch (step.get("do").textValue()) {
            case "read" -> read(name, step);
            case "state" -> state(name, step);
            default -> {
                Object expected = step.has("error")
                        ? "error " + step.get("error").textValue()
                        : PlainValues.of(step.path("result").isMissingNode() ? null : step.get("result"));
                checks.equal(name, expected, outcome(() -> perform(step)));
            }
        }
    }

    private static Object outcome(Callable<Object> call) {
        try {
            return call.call();
        } catch (CausallyNotReadyException | DocumentDisposedException | HandlerAlreadyRegisteredException e) {
            return "error " + e.getClass().getSimpleName();
        } catch (Exception e) {
            return VectorChecks.outcomeOf(() -> {
                throw e;
            });
        }
    }

    private Object perform(JsonNode step) {
        switch (step.get("do").textValue()) {
            case "importChanges":
                return (long) document.importChanges(changes(step.get("changes")));
            case "applyChange":
                return document.applyChange(pool.get(step.get("change").intValue()));
            case "applyEach":
                return changes(step.get("changes")).stream()
                        .map(change -> outcome(() -> document.applyChange(change)))
                        .toList();
            case "import":
                return (long) document.importState(
                        step.has("snapshot") ? snapshot(step) : null,
                        step.has("changes") ? changes(step.get("changes")) : List.of(),
                        step.path("merge").booleanValue(),
                        prunes(step));
            case "importSnapshot":
                return document.importSnapshot(snapshot(step), prunes(step));
            case "mergeSnapshot":
                document.mergeSnapshot(snapshot(step), prunes(step));
                return null;
            case "shouldApplySnapshot":
                return document.shouldApplySnapshot(snapshot(step));
            case "takeSnapshot":
                return takeSnapshot(step);
            case "garbageCollect":
                JsonNode vector = step.get("versionVector");
                document.garbageCollect(vector.isTextual() ? document.versionVector() : versions(vector));
                return null;
            case "invalidateCaches":
                document.invalidateCaches();
                return null;
            case "call":
                call(step);
                return null;
            case "transaction":
                document.runInTransaction(() -> step.get("calls").forEach(this::callInTransaction));
                return null;
            case "exportNewerThan":
                return sortedIds(document.exportChangesNewerThan(versions(step.get("versionVector"))));
            case "exportFrom":
                return sortedIds(document.exportChangesSince(ids(step.get("frontiers"))));
            case "exportBytes":
                List<Change> sorted = new ArrayList<>(document.exportChanges());
                sorted.sort(Change.REPLAY_ORDER);
                return sorted.stream()
                        .map(change -> Base64.getEncoder().encodeToString(change.encoded()))
                        .toList();
            case "binaryExport":
                return Base64.getEncoder().encodeToString(document.binaryExport());
            case "revision":
                return document.revisionOf(step.get("handler").textValue());
            case "changeCount":
                return (long) document.changeCountOf(step.get("handler").textValue());
            case "registerHandler":
                VectorHandlers.create(document, step);
                return null;
            case "reconstruct":
                document.reconstruct();
                return types(document.handlers());
            case "handlers":
                return types(document.handlers());
            case "roots":
                return new ArrayList<>(document.roots().keySet());
            case "dispose":
                document.dispose();
                return null;
            case "tick":
                return document.prepareMutation().toString();
            case "stable":
                return stablePositions(step);
            case "resolveStable":
                return resolvedPositions(step);
            default:
                throw new AssertionError("Unknown step " + step);
        }
    }

    private void callInTransaction(JsonNode call) {
        if (call.has("read")) {
            // What a read shows inside a transaction is not recorded, but it must not disturb anything.
            PlainValues.current(document.handlers().get(call.get("read").textValue()));
            return;
        }
        if (call.has("importChanges")) {
            document.importChanges(changes(call.get("importChanges")));
        } else {
            call(call);
        }
    }

    private Handler<?, ?> handler(String id) {
        everRegistered.putAll(document.handlers());
        return everRegistered.get(id);
    }

    private void call(JsonNode call) {
        Handler<?, ?> handler = handler(call.get("handler").textValue());
        VectorHandlers.call(document, handler, call.get("method").textValue(), call.get("args"));
    }

    private Object takeSnapshot(JsonNode step) {
        Snapshot taken = document.takeSnapshot(prunes(step));
        if (step.has("as")) {
            snapshots.put(step.get("as").textValue(), taken);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        Map<String, Object> states = new LinkedHashMap<>();
        taken.data().forEach((key, blob) -> states.put(key, Base64.getEncoder().encodeToString(blob)));
        result.put("id", taken.id());
        result.put("versionVector", clocks(taken.versionVector()));
        result.put("states", states);
        result.put("bytes", Base64.getEncoder().encodeToString(taken.encode()));
        return result;
    }

    private Object stablePositions(JsonNode step) {
        FugueHandler<?, ?> handler =
                (FugueHandler<?, ?>) handler(step.get("handler").textValue());
        List<Object> positions = new ArrayList<>();
        step.get("indexes")
                .forEach(index ->
                        positions.add(handler.stablePositionAt(index.intValue()).toString()));
        return Map.of("positions", positions);
    }

    private Object resolvedPositions(JsonNode step) {
        FugueHandler<?, ?> handler =
                (FugueHandler<?, ?>) handler(step.get("handler").textValue());
        List<Object> indexes = new ArrayList<>();
        step.get("positions").forEach(position -> {
            OptionalInt index = handler.indexOfStablePosition(ElementId.parse(position.textValue()));
            indexes.add(index.isPresent() ? (Object) (long) index.getAsInt() : null);
        });
        return indexes;
    }

    private void read(String name, JsonNode step) {
        if (step.has("values")) {
            step.get("values").properties().forEach(entry -> compareValue(name, entry.getKey(), entry.getValue()));
        }
        if (step.has("value")) {
            compareValue(name, step.get("handler").textValue(), step.get("value"));
        }
        if (step.hasNonNull("resolved")) {
            Handler<?, ?> handler = handler(step.get("handler").textValue());
            checks.equal(
                    name + " resolved",
                    PlainValues.recordedTree(step.get("resolved")),
                    handler instanceof ContainerHandler ? PlainValues.currentTree(handler) : null);
        }
    }

    private void compareValue(String name, String id, JsonNode recorded) {
        Handler<?, ?> handler = handler(id);
        // Where the reference cannot read a handler any more, Weft skips the operation and shows the value without it.
        JsonNode expected = recorded.has("$error") ? valueBeforePoison(id) : recorded;
        if (expected == null) {
            PlainValues.current(handler);
            return;
        }
        checks.equal(
                name + " " + id, PlainValues.recorded(handler, expected), outcome(() -> PlainValues.current(handler)));
    }

    /** The value the handler has in the program of the case whose changes are all readable; null if there is none. */
    private JsonNode valueBeforePoison(String id) {
        for (JsonNode other : testCase.get("programs")) {
            if (other.get("label").textValue().equals("unknown handler")) {
                return other.get("steps").findValue("values").get(id);
            }
        }
        return null;
    }

    private void state(String name, JsonNode step) {
        checks.equal(
                name + " versionVector", clocks(versions(step.get("versionVector"))), clocks(document.versionVector()));
        checks.equal(
                name + " frontiers", new TreeSet<>(ids(step.get("frontiers"))), new TreeSet<>(document.frontiers()));
        checks.equal(name + " changeIds", PlainValues.of(step.get("changeIds")), sortedIds(document.exportChanges()));
        checks.equal(name + " isEmpty", step.get("isEmpty").booleanValue(), document.isEmpty());
        // Without an initial clock the recorded one depends on the wall clock of that day, unless a change of the year
        // 2100 took it along.
        if (program.get("replica").has("initialClock") || !document.isEmpty()) {
            checks.equal(
                    name + " clock",
                    step.get("clock").textValue(),
                    document.clock().toString());
        }
    }

    private void compareCreated(String name, JsonNode recorded) {
        List<String> expected = new ArrayList<>();
        recorded.forEach(change -> expected.add(change.get("bytes").textValue()));
        checks.equal(
                name + " changes",
                expected,
                created.stream()
                        .map(change -> Base64.getEncoder().encodeToString(change.encoded()))
                        .toList());
    }

    private void compareEvents(String name, JsonNode step) {
        // The reference announces remote changes given to applyChange as local ones, which makes them echo (W19).
        boolean echo = step.get("do").textValue().equals("applyChange");
        checks.equal(
                name + " localChanges",
                echo ? List.of() : PlainValues.of(step.get("events").get("localChanges")),
                List.copyOf(localChanges));
        checks.equal(name + " updates", step.get("events").get("updates").intValue(), updates);
    }

    private static boolean prunes(JsonNode step) {
        return !step.has("prune") || step.get("prune").booleanValue();
    }

    private Snapshot snapshot(JsonNode step) {
        Snapshot snapshot = snapshots.get(step.get("snapshot").textValue());
        if (snapshot == null) {
            throw new AssertionError("No snapshot " + step);
        }
        return snapshot;
    }

    private List<Change> changes(JsonNode indexes) {
        List<Change> changes = new ArrayList<>();
        indexes.forEach(index -> changes.add(pool.get(index.intValue())));
        return changes;
    }

    private static Object types(Map<String, Handler<?, ?>> handlers) {
        Map<String, Object> types = new LinkedHashMap<>();
        handlers.forEach((id, handler) -> types.put(id, handler.type()));
        return types;
    }

    private static List<OperationId> ids(JsonNode ids) {
        List<OperationId> result = new ArrayList<>();
        ids.forEach(id -> result.add(OperationId.parse(id.textValue())));
        return result;
    }

    private static List<String> sortedIds(List<Change> changes) {
        return changes.stream().map(change -> change.id().toString()).sorted().toList();
    }

    private static VersionVector versions(JsonNode entries) {
        VersionVector.Builder builder = VersionVector.builder();
        entries.forEach(entry -> builder.update(
                PeerId.parse(entry.get(0).textValue()),
                HybridTimestamp.parse(entry.get(1).textValue())));
        return builder.build();
    }

    private static List<List<String>> clocks(VersionVector vector) {
        Map<String, List<String>> sorted = new TreeMap<>();
        vector.forEach((peer, clock) ->
                sorted.put(peer.toString(), List.of(peer.toString(), new HybridTimestamp(clock).toString())));
        return new ArrayList<>(sorted.values());
    }
}
