package dev.weft.crdt;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.change.FramedChanges;
import dev.weft.crdt.clock.HybridLogicalClock;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.StrictUtf8;
import dev.weft.crdt.codec.Wtf8;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.HandlerRef;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The codecs and value types against {@code primitives.json}. JSON values and element ids have tests of their own. */
class PrimitivesVectorsTest {
    private static final JsonNode FILE = Vectors.read("primitives.json");
    private static final String LOWER_CASE = "peer ids lose their letter case on reading, as they do in bytes";

    @Test
    void varints() {
        JsonNode section = FILE.get("uvarint");
        VectorChecks checks = new VectorChecks("primitives.json uvarint", Map.of());
        for (JsonNode vector : section.get("encode")) {
            long value = Long.parseLong(text(vector, "value"));
            checks.check("encode " + value, vector, text(vector, "hex"), () -> uvarint(value));
        }
        for (JsonNode vector : section.get("encodeErrors")) {
            long value = Long.parseLong(text(vector, "value"));
            checks.check("encode " + value, vector, null, () -> uvarint(value));
        }
        for (JsonNode vector : section.get("encodeAbove2pow53")) {
            // The reference's bytes may mean another number; ours mean the number that was written.
            long value = Long.parseLong(text(vector, "value"));
            checks.equal("round trip " + value, value, reader(uvarint(value)).readUvarint("value"));
        }
        for (JsonNode vector : section.get("decode")) {
            String name = "decode " + text(vector, "hex") + " @" + vector.get("offset");
            JsonNode result = vector.path("result");
            Object expected =
                    hasWideVarint(vector.get("hex"), vector.get("offset").intValue())
                            ? "error FormatException"
                            : result.path("value").asText() + " -> " + result.path("nextOffset");
            checks.check(name, vector, expected, () -> {
                ByteReader reader = at(vector);
                return reader.readUvarint("value") + " -> " + reader.position();
            });
        }
        checks.finish();
    }

    /**
     * Whether the varint there is longer than ten bytes or does not fit in 63 bits: malformed here, where the reference
     * takes a wrapped number for what was meant.
     */
    private static boolean hasWideVarint(JsonNode hex, int offset) {
        byte[] bytes = Vectors.hex(hex);
        BigInteger value = BigInteger.ZERO;
        for (int i = Math.max(0, offset); i < bytes.length; i++) {
            value = value.or(BigInteger.valueOf(bytes[i] & 0x7f).shiftLeft(7 * (i - offset)));
            if (bytes[i] >= 0) {
                return i - offset >= 10 || value.bitLength() > 63;
            }
        }
        return false;
    }

    @Test
    void clocks() {
        JsonNode section = FILE.get("hlc");
        VectorChecks checks = new VectorChecks("primitives.json hlc", Map.of());
        for (JsonNode vector : section.get("values")) {
            long packed = reader(text(vector, "hex")).readLong("clock");
            HybridTimestamp clock = new HybridTimestamp(packed);
            checks.equal("text " + text(vector, "text"), text(vector, "text"), clock.toString());
            checks.equal("int64 " + text(vector, "text"), text(vector, "int64"), Long.toString(packed));
            checks.equal(
                    "parse value " + clock,
                    packed,
                    HybridTimestamp.parse(text(vector, "text")).packed());
        }
        for (JsonNode vector : section.get("counterWrapsInBytes")) {
            checks.equal(
                    "wide counter " + text(vector, "text"),
                    "error ArgumentError",
                    VectorChecks.outcomeOf(() -> HybridTimestamp.of(
                            Long.parseLong(text(vector, "l")), vector.get("c").intValue())));
        }
        for (JsonNode vector : section.get("decode")) {
            String name = "decode " + text(vector, "hex") + " @" + vector.get("offset");
            checks.check(name, vector, text(vector, "result"), () -> new HybridTimestamp(
                            at(vector).readLong("clock"))
                    .toString());
        }
        for (JsonNode vector : section.get("parse")) {
            String text = text(vector, "text");
            String expected = isPlainClock(text) ? text(vector, "result") : "error FormatException";
            checks.check("parse '" + text + "'", vector, expected, () -> HybridTimestamp.parse(text)
                    .toString());
        }
        for (JsonNode vector : section.get("compare")) {
            HybridTimestamp a = HybridTimestamp.parse(text(vector, "a"));
            HybridTimestamp b = HybridTimestamp.parse(text(vector, "b"));
            checks.equal("compare " + a + " " + b, vector.get("compare").intValue(), Integer.signum(a.compareTo(b)));
            checks.equal("before " + a + " " + b, vector.get("happenedBefore").booleanValue(), a.isBefore(b));
            checks.equal("after " + a + " " + b, vector.get("happenedAfter").booleanValue(), a.isAfter(b));
            checks.equal("equal " + a + " " + b, vector.get("equal").booleanValue(), a.equals(b));
        }
        int number = 0;
        for (JsonNode vector : section.get("sequences")) {
            sequence(checks, "sequence " + number++, vector);
        }
        checks.finish();
    }

    /** Blanks, signs and 0x are accidents of the reference; the counter has 16 bits, in text as in bytes. */
    private static boolean isPlainClock(String text) {
        return text.matches("[0-9]+[.][0-9]{1,5}") && Integer.parseInt(text.substring(text.indexOf('.') + 1)) <= 0xffff;
    }

    private static void sequence(VectorChecks checks, String name, JsonNode vector) {
        HybridLogicalClock clock = new HybridLogicalClock(HybridTimestamp.parse(text(vector, "start")));
        int step = 0;
        boolean carried = false;
        for (JsonNode event : vector.get("events")) {
            long wall = event.get("physicalTime").longValue();
            HybridTimestamp before = clock.current();
            Object outcome = VectorChecks.outcomeOf(() -> {
                if (text(event, "event").equals("local")) {
                    clock.tick(wall);
                } else if (event.hasNonNull("maxDriftMs")) {
                    clock.receive(
                            wall,
                            HybridTimestamp.parse(text(event, "received")),
                            event.get("maxDriftMs").longValue());
                } else {
                    clock.receive(wall, HybridTimestamp.parse(text(event, "received")));
                }
                return "ok";
            });
            Object expected = event.hasNonNull("error") ? "error " + text(event, "error") : "ok";
            checks.equal(name + " step " + step, expected, outcome);
            if (!isPlainClock(text(event, "clock")) && !carried) {
                // A full counter carries into the milliseconds here, and from then on the clocks are others.
                long millis = Long.parseLong(text(event, "clock").split("[.]")[0]);
                checks.equal(
                        name + " carry " + step++,
                        millis + 1 + ".0",
                        clock.current().toString());
                carried = true;
            } else if (carried) {
                checks.equal(name + " ahead " + step++, true, clock.current().isAfter(before));
            } else {
                String recorded = text(event, "clock");
                checks.equal(
                        name + " clock " + step++, recorded, clock.current().toString());
            }
        }
    }

    @Test
    void peerIds() {
        JsonNode section = FILE.get("peerId");
        VectorChecks checks = new VectorChecks("primitives.json peerId", Map.of());
        for (JsonNode vector : section.get("parse")) {
            String text = text(vector, "text");
            Object expected = vector.has("result") ? text(vector, "result").toLowerCase(Locale.ROOT) : null;
            checks.check(
                    "parse " + text, vector, expected, () -> PeerId.parse(text).toString());
        }
        for (JsonNode vector : section.get("bytes")) {
            PeerId peer = PeerId.parse(text(vector, "text"));
            ByteWriter writer = new ByteWriter();
            peer.write(writer);
            checks.equal("bytes " + text(vector, "text"), text(vector, "hex"), Vectors.hex(writer.toByteArray()));
            checks.equal("decoded " + text(vector, "text"), text(vector, "decoded"), peer.toString());
        }
        checks.check("empty", section.get("emptyToBytes"), null, () -> PeerId.parse(""));
        for (JsonNode vector : section.get("decode")) {
            String name = "decode " + text(vector, "hex") + " @" + vector.get("offset");
            checks.check(name, vector, text(vector, "result"), () -> PeerId.read(at(vector))
                    .toString());
        }
        for (JsonNode vector : section.get("compare")) {
            PeerId a = PeerId.parse(text(vector, "a"));
            PeerId b = PeerId.parse(text(vector, "b"));
            boolean odd = vector.path("odd").booleanValue();
            // Odd ones differ in letter case only; here they are one peer: LOWER_CASE.
            checks.equal(
                    "compare " + vector.get("a") + vector.get("b"),
                    odd ? 0 : vector.get("compare").intValue(),
                    Integer.signum(a.compareTo(b)));
            checks.equal(
                    "equal " + LOWER_CASE + vector.get("a") + vector.get("b"),
                    odd || vector.get("equal").booleanValue(),
                    a.equals(b));
        }
        checks.finish();
    }

    @Test
    void operationIdsAndTags() {
        JsonNode section = FILE.get("operationId");
        VectorChecks checks = new VectorChecks("primitives.json operationId, tag", Map.of());
        for (JsonNode vector : section.get("values")) {
            OperationId id = OperationId.parse(text(vector, "text"));
            ByteWriter writer = new ByteWriter();
            id.write(writer);
            checks.equal("bytes " + id, text(vector, "hex"), Vectors.hex(writer.toByteArray()));
            checks.equal("peer " + id, text(vector, "peerId"), id.peer().toString());
            checks.equal("clock " + id, text(vector, "hlc"), id.timestamp().toString());
        }
        for (JsonNode vector : section.get("decode")) {
            String name = "decode " + text(vector, "hex") + " @" + vector.get("offset");
            checks.check(name, vector, text(vector, "result"), () -> OperationId.read(at(vector))
                    .toString());
        }
        for (JsonNode part : List.of(section, FILE.get("tag"))) {
            for (JsonNode vector : part.get("parse")) {
                String text = text(vector, "text");
                Object expected = vector.has("result") ? text(vector, "result").toLowerCase(Locale.ROOT) : null;
                checks.check("parse " + text, vector, expected, () -> OperationId.parse(text)
                        .toString());
            }
            for (JsonNode vector : part.get("compare")) {
                OperationId a = OperationId.parse(text(vector, "a"));
                OperationId b = OperationId.parse(text(vector, "b"));
                checks.equal("compare " + a + b, vector.get("compare").intValue(), Integer.signum(a.compareTo(b)));
                checks.equal("equal " + a + b, vector.get("equal").booleanValue(), a.equals(b));
            }
        }
        checks.finish();
    }

    @Test
    void texts() {
        VectorChecks checks = new VectorChecks("primitives.json wtf8, utf8", Map.of());
        for (JsonNode vector : FILE.get("wtf8").get("encode")) {
            String text = units(vector.get("codeUnits"));
            checks.equal("wtf8 " + vector, text(vector, "hex"), Vectors.hex(Wtf8.encode(text)));
            checks.equal("wtf8 length " + vector, Wtf8.encode(text).length, Wtf8.encodedLength(text, 0, text.length()));
            checks.equal(
                    "wtf8 round trip " + vector,
                    vector.get("roundTrips").booleanValue(),
                    Wtf8.decode(Wtf8.encode(text)).equals(text));
        }
        for (JsonNode vector : FILE.get("utf8").get("encode")) {
            String text = units(vector.get("codeUnits"));
            byte[] bytes = StrictUtf8.encode(text);
            checks.equal("utf8 " + vector, text(vector, "hex"), Vectors.hex(bytes));
            checks.equal("utf8 decoded " + vector, units(vector.get("decoded")), StrictUtf8.decode(bytes));
        }
        for (String section : List.of("wtf8", "utf8")) {
            for (JsonNode vector : FILE.get(section).get("decode")) {
                byte[] bytes = Vectors.hex(vector.get("hex"));
                Object expected = vector.has("result") ? units(vector.get("result")) : null;
                checks.check(
                        section + " decode " + text(vector, "hex"),
                        vector,
                        expected,
                        () -> section.equals("wtf8") ? Wtf8.decode(bytes) : StrictUtf8.decode(bytes));
            }
        }
        checks.finish();
    }

    @Test
    void envelopesAndReferences() {
        JsonNode section = FILE.get("envelope");
        VectorChecks checks = new VectorChecks("primitives.json envelope", Map.of());
        for (JsonNode vector : section.get("encode")) {
            byte[] bytes = Envelope.encode(
                    text(vector, "handlerType"),
                    text(vector, "handlerId"),
                    vector.get("kind").intValue(),
                    Vectors.hex(vector.get("body")));
            checks.equal("encode " + vector, text(vector, "hex"), Vectors.hex(bytes));
        }
        for (JsonNode vector : section.get("decode")) {
            JsonNode result = vector.path("result");
            Envelope expected = new Envelope(
                    text(result, "handlerType"),
                    text(result, "handlerId"),
                    result.path("kind").intValue(),
                    result.path("bodyOffset").intValue());
            checks.check(
                    "decode " + text(vector, "hex"),
                    vector,
                    expected,
                    () -> Envelope.read(reader(text(vector, "hex"))));
        }
        for (JsonNode vector : section.get("handlerRef")) {
            HandlerRef ref = new HandlerRef(text(vector, "id"), text(vector, "type"));
            checks.equal("ref " + ref, text(vector, "hex"), Vectors.hex(HandlerRef.CODEC.encode(ref)));
        }
        for (JsonNode vector : section.get("handlerRefDecode")) {
            JsonNode result = vector.path("result");
            HandlerRef expected = new HandlerRef(text(result, "id"), text(result, "type"));
            checks.check(
                    "ref decode " + text(vector, "hex"),
                    vector,
                    expected,
                    () -> HandlerRef.CODEC.decode(Vectors.hex(vector.get("hex"))));
        }
        checks.finish();
    }

    @Test
    void versionVectors() {
        JsonNode section = FILE.get("versionVector");
        VectorChecks checks = new VectorChecks("primitives.json versionVector", Map.of());
        for (JsonNode vector : section.get("encode")) {
            VersionVector versions = versions(vector.get("entries"));
            checks.equal("encode " + vector, text(vector, "hex"), Vectors.hex(versions.encode()));
            checks.equal("newest " + vector, text(vector, "mostRecent"), asText(versions.newest()));
            checks.equal("oldest " + vector, text(vector, "mostOldest"), asText(versions.oldest()));
            checks.equal("empty " + vector, vector.get("isEmpty").booleanValue(), versions.isEmpty());
        }
        for (JsonNode vector : section.get("decode")) {
            Object expected = hasWideVarint(vector.get("hex"), 0)
                    ? "error FormatException"
                    : vector.has("result") ? versions(vector.get("result")) : null;
            checks.check(
                    "decode " + text(vector, "hex"),
                    vector,
                    expected,
                    () -> VersionVector.decode(Vectors.hex(vector.get("hex"))));
        }
        for (JsonNode vector : section.get("pairs")) {
            VersionVector a = versions(vector.get("a"));
            VersionVector b = versions(vector.get("b"));
            String name = a + " and " + b;
            checks.equal("newer " + name, vector.get("isNewerThan").booleanValue(), a.isNewerThan(b));
            checks.equal(
                    "strictly " + name, vector.get("isStrictlyNewerThan").booleanValue(), a.isStrictlyNewerThan(b));
            checks.equal(
                    "dominates " + name,
                    vector.get("isStrictlyNewerOrEqualThan").booleanValue(),
                    a.dominates(b));
            checks.equal("merged " + name, versions(vector.get("merged")), a.merged(b));
            checks.equal(
                    "intersection " + name,
                    versions(vector.get("intersection")),
                    VersionVector.intersection(List.of(a, b)));
        }
        checks.equal("intersection of none", VersionVector.EMPTY, VersionVector.intersection(List.of()));
        for (JsonNode vector : section.get("intersectionOfThree")) {
            List<VersionVector> vectors = new ArrayList<>();
            vector.get("vectors").forEach(entries -> vectors.add(versions(entries)));
            checks.equal(
                    "intersection " + vectors, versions(vector.get("result")), VersionVector.intersection(vectors));
        }
        for (JsonNode vector : section.get("update")) {
            VersionVector.Builder builder = versions(vector.get("start")).toBuilder();
            for (JsonNode step : vector.get("steps")) {
                if (step.has("remove")) {
                    List<PeerId> removed = new ArrayList<>();
                    step.get("remove").forEach(peer -> removed.add(PeerId.parse(peer.textValue())));
                    builder.remove(removed);
                } else {
                    builder.update(PeerId.parse(text(step, "peer")), HybridTimestamp.parse(text(step, "clock")));
                }
                checks.equal("update " + step, versions(step.get("after")), builder.build());
            }
        }
        // "immutable" has no counterpart: the vector has no method that changes it.
        checks.finish();
    }

    @Test
    void snapshots() {
        JsonNode section = FILE.get("snapshot");
        VectorChecks checks = new VectorChecks("primitives.json snapshot", Map.of());
        for (JsonNode vector : section.get("encode")) {
            Snapshot snapshot = Snapshot.of(versions(vector.get("versionVector")), blobs(vector.get("data")));
            checks.equal("id " + vector, text(vector, "id"), snapshot.id());
            checks.equal("encode " + vector, text(vector, "hex"), Vectors.hex(snapshot.encode()));
        }
        for (JsonNode vector : section.get("decode")) {
            Object expected = vector.has("result") ? describe(vector.get("result")) : null;
            checks.check(
                    "decode " + text(vector, "hex"),
                    vector,
                    expected,
                    () -> describe(Snapshot.decode(Vectors.hex(vector.get("hex")))));
        }
        for (JsonNode vector : section.get("merge")) {
            Snapshot a = snapshot(vector.get("a"));
            Snapshot b = snapshot(vector.get("b"));
            checks.equal("a merged b " + vector, describe(vector.get("aMergedB")), describe(a.merged(b)));
            checks.equal("b merged a " + vector, describe(vector.get("bMergedA")), describe(b.merged(a)));
        }
        checks.finish();
    }

    @Test
    void changes() {
        JsonNode section = FILE.get("change");
        VectorChecks checks = new VectorChecks("primitives.json change", Map.of());
        for (JsonNode vector : section.get("encode")) {
            Change change = Change.of(
                    OperationId.parse(text(vector, "id")), ids(vector.get("deps")), Vectors.hex(vector.get("payload")));
            checks.equal("encode " + change.id(), text(vector, "hex"), Vectors.hex(change.encoded()));
            checks.equal(
                    "author " + change.id(),
                    text(vector, "author"),
                    change.author().toString());
        }
        for (JsonNode vector : section.get("decode")) {
            JsonNode result = vector.path("result");
            String expected = result.isMissingNode()
                    ? null
                    : text(result, "id") + ids(result.get("deps")) + result.get("depsCount") + text(result, "payload");
            checks.check("decode " + text(vector, "hex"), vector, expected, () -> {
                Change change = Change.decode(Vectors.hex(vector.get("hex")));
                return change.id().toString()
                        + change.dependencies()
                        + change.dependencyCount()
                        + Vectors.hex(change.payload().readRemaining());
            });
        }
        List<OperationId> sorted =
                new ArrayList<>(ids(section.get("replayOrder").get("input")));
        sorted.sort(null);
        checks.equal("replay order", ids(section.get("replayOrder").get("sorted")), sorted);
        checks.finish();
    }

    @Test
    void framedChanges() {
        JsonNode section = FILE.get("framedChanges");
        VectorChecks checks = new VectorChecks("primitives.json framedChanges", Map.of());
        checks.equal("empty", text(section, "empty"), Vectors.hex(FramedChanges.encode(List.of())));
        JsonNode export = section.get("documentExport");
        List<Change> changes = new ArrayList<>();
        export.get("changes").forEach(hex -> changes.add(Change.decode(Vectors.hex(hex))));
        checks.equal("export", text(export, "hex"), Vectors.hex(FramedChanges.encode(changes)));
        checks.equal("import of the export", changes, FramedChanges.decode(Vectors.hex(export.get("hex"))));
        for (JsonNode vector : section.get("import")) {
            byte[] bytes = Vectors.hex(vector.get("hex"));
            // Where the reference takes a change in and then cannot read the handler any more, Weft refuses it.
            boolean poisoned = vector.path("result").path("value").has("$error");
            int imported = poisoned ? 0 : vector.path("result").path("imported").intValue();
            checks.check("import " + bytes.length + " bytes", vector, imported, () -> new Document(
                            PeerId.parse("0a000000-0000-4000-8000-00000000000a"))
                    .binaryImport(bytes));
        }
        checks.finish();
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).textValue();
    }

    private static String asText(HybridTimestamp clock) {
        return clock == null ? null : clock.toString();
    }

    private static String uvarint(long value) {
        return Vectors.hex(new ByteWriter().writeUvarint(value).toByteArray());
    }

    private static ByteReader reader(String hex) {
        return new ByteReader(java.util.HexFormat.of().parseHex(hex));
    }

    private static ByteReader at(JsonNode vector) {
        byte[] bytes = Vectors.hex(vector.get("hex"));
        int offset = vector.get("offset").intValue();
        return new ByteReader(bytes, offset, bytes.length - offset);
    }

    private static String units(JsonNode units) {
        StringBuilder text = new StringBuilder();
        units.forEach(unit -> text.append((char) unit.intValue()));
        return text.toString();
    }

    private static VersionVector versions(JsonNode entries) {
        VersionVector.Builder builder = VersionVector.builder();
        entries.forEach(entry -> builder.update(
                PeerId.parse(entry.get(0).textValue()),
                HybridTimestamp.parse(entry.get(1).textValue())));
        return builder.build();
    }

    private static List<OperationId> ids(JsonNode ids) {
        return StreamSupport.stream(ids.spliterator(), false)
                .map(id -> OperationId.parse(id.textValue()))
                .toList();
    }

    private static Map<String, byte[]> blobs(JsonNode data) {
        Map<String, byte[]> blobs = new LinkedHashMap<>();
        data.properties().forEach(field -> blobs.put(field.getKey(), Vectors.hex(field.getValue())));
        return blobs;
    }

    private static Snapshot snapshot(JsonNode node) {
        return new Snapshot(text(node, "id"), versions(node.get("versionVector")), blobs(node.get("data")));
    }

    private static String describe(JsonNode node) {
        return describe(snapshot(node));
    }

    private static String describe(Snapshot snapshot) {
        Map<String, String> data = new LinkedHashMap<>();
        snapshot.data().forEach((key, blob) -> data.put(key, Vectors.hex(blob)));
        List<String> entries = new ArrayList<>();
        snapshot.versionVector().forEach((peer, clock) -> entries.add(peer + ":" + new HybridTimestamp(clock)));
        String[] sorted = entries.toArray(String[]::new);
        Arrays.sort(sorted);
        return snapshot.id() + List.of(sorted) + new java.util.TreeMap<>(data);
    }
}
