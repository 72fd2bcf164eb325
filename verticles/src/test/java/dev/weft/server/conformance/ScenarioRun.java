package dev.weft.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.codec.Compressor;
import dev.weft.server.conformance.RawSocket.Frame;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Plays one scenario. Each line but the ones below is {@code <type> key=value …}, a JSON object whose documentId is that of
 * the scenario unless it names one. What arrives must have exactly the fields of its type, and those that are named must
 * have these values; {@code *} is any value, {@code a~b} compares lists in any order, vectors are compared by content. Neighbouring lines with {@code A<~} may arrive in any order.
 *
 * <pre>
 * A>text 5 …     as a text frame              A< silence        nothing more is on its way
 * A>frag3 5 …    in three fragments           A< closed 1000    the connection ends; * is any code
 * A>gzip 5 …     compressed, here and back    A< wspong         the answer to a ping of the WebSocket
 * A>json {…}     as written                   A< http 400       the status of the response to a request
 * A>hex 00ff     any bytes in a binary frame
 * A>rawtext …    any characters in a text frame
 * A>frame 83 00  first byte and payload of a frame
 * A>bytes 00ff   bytes on the TCP connection
 * A>wsping, A>wsclose 1000, A>endoutput, A>reset, A>open /path, A>http GET …
 * </pre>
 */
final class ScenarioRun implements AutoCloseable {
    /** Fields of what a server sends, by type (spec protocol 2.4). */
    private static final Map<Integer, Set<String>> FIELDS = Map.ofEntries(
            Map.entry(1, Set.of("snapshot", "changes", "sessionId", "versionVector")),
            Map.entry(2, Set.of("change")),
            Map.entry(3, Set.of("snapshot", "changes", "versionVector")),
            Map.entry(5, Set.of("timestamp")),
            Map.entry(6, Set.of("originalTimestamp", "responseTimestamp")),
            Map.entry(7, Set.of("code", "message")),
            Map.entry(8, Set.of("changes")),
            Map.entry(9, Set.of("versionVector")),
            Map.entry(10, Set.of("seq")),
            Map.entry(21, Set.of("sessionId", "snapshot", "changes", "seq", "logLength", "compact")),
            Map.entry(23, Set.of("seq", "count", "logLength", "compact")),
            Map.entry(24, Set.of("changes", "seq", "from")),
            Map.entry(100, Set.of("state")),
            Map.entry(102, Set.of("awareness")));

    private final int port;
    private final Vocabulary vocabulary;
    private final Map<String, RawSocket> sockets = new LinkedHashMap<>();
    private final Map<String, Integer> joinedAs = new LinkedHashMap<>();
    private final Set<String> compressing = new TreeSet<>();
    /** What arrived while another connection was waited for. */
    private final Map<String, Deque<JsonObject>> early = new LinkedHashMap<>();

    private String httpResponse;
    private int barriers;

    ScenarioRun(int port, String documentId) {
        this.port = port;
        this.vocabulary = new Vocabulary(documentId);
    }

    void play(Exchange exchange) {
        List<String> lines = exchange.lines();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            try {
                String name = line.substring(0, 1);
                if (line.startsWith("<~", 1)) {
                    List<String> together = new ArrayList<>(List.of(line));
                    while (i + 1 < lines.size() && lines.get(i + 1).startsWith(name + "<~")) {
                        together.add(lines.get(++i));
                    }
                    expectInAnyOrder(name, together);
                } else if (line.charAt(1) == '>') {
                    send(name, vocabulary.expand(line.substring(2)));
                } else {
                    expect(name, vocabulary.expand(line.substring(2).strip()));
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "In \"" + exchange.name() + "\", at \"" + line + "\": " + vocabulary.explain(e.getMessage()),
                        e);
            }
        }
    }

    private RawSocket socket(String name) {
        return sockets.computeIfAbsent(name, any -> RawSocket.connect(port));
    }

    // Sending.

    private void send(String name, String line) {
        int blank = line.indexOf(' ');
        String way = blank < 0 ? line : line.substring(0, blank);
        String what = blank < 0 ? "" : line.substring(blank + 1);
        switch (way) {
            case "" -> sendMessage(name, message(what));
            case "text" -> socket(name).text(message(what).encode());
            case "frag3" -> socket(name).fragments(bytes(message(what)), 3);
            case "gzip" -> {
                compressing.add(name);
                sendMessage(name, message(what));
            }
            case "json" -> socket(name).text(what);
            case "rawtext" -> socket(name).text(what);
            case "hex" -> socket(name).binary(HexFormat.of().parseHex(what));
            case "frame" -> {
                String[] parts = what.split(" ");
                socket(name)
                        .frame(
                                Integer.parseInt(parts[0], 16),
                                parts.length < 2 ? new byte[0] : HexFormat.of().parseHex(parts[1]));
            }
            case "bytes" -> socket(name).bytes(HexFormat.of().parseHex(what));
            case "wsping" -> socket(name).ping(new byte[] {42});
            case "wsclose" -> socket(name).close(Integer.parseInt(what));
            case "endoutput" -> socket(name).endOutput();
            case "reset" -> {
                socket(name).reset();
                forget(name);
            }
            case "open" -> sockets.put(name, RawSocket.connect(port, what));
            case "http" -> httpResponse = RawSocket.request(port, what.replace("\\r\\n", "\r\n"));
            default -> throw new AssertionError("No way to send: " + way);
        }
    }

    private void sendMessage(String name, JsonObject message) {
        byte[] json = bytes(message);
        socket(name).binary(compressing.contains(name) ? Compressor.GZIP.compress(json) : json);
    }

    private static byte[] bytes(JsonObject message) {
        return message.encode().getBytes(StandardCharsets.UTF_8);
    }

    private JsonObject message(String line) {
        String[] words = line.split(" ");
        JsonObject message =
                new JsonObject().put("type", Integer.valueOf(words[0])).put("documentId", vocabulary.documentId());
        for (String word : Arrays.asList(words).subList(1, words.length)) {
            int equals = word.indexOf('=');
            message.put(word.substring(0, equals), value(word.substring(equals + 1)));
        }
        return message;
    }

    private static Object value(String text) {
        if (text.matches("-?\\d+|null|true|false|\".*\"|\\{.*}|\\[(\\d|\"|\\{|-|null).*]")) {
            return Json.decodeValue(text);
        } else if (text.startsWith("[")) {
            String inner = text.substring(1, text.length() - 1);
            return inner.isEmpty() ? new JsonArray() : new JsonArray(List.of(inner.split(",")));
        }
        return text;
    }

    // Expecting.

    private void expect(String name, String line) {
        String[] words = line.split(" ");
        switch (words[0]) {
            case "silence" -> expectSilence(name);
            case "closed" -> expectClosed(name, words[1]);
            case "wspong" -> assertThat(socket(name).next().opcode()).isEqualTo(RawSocket.PONG);
            case "http" -> assertThat(httpResponse).startsWith("HTTP/1.1 " + words[1]);
            default -> expectMessage(name, words);
        }
    }

    private void expectClosed(String name, String code) {
        Frame frame = socket(name).next();
        assertThat(frame.opcode()).as(text(name, frame)).isIn(RawSocket.CLOSE, RawSocket.GONE);
        if (!code.equals("*")) {
            assertThat(frame.closeCode()).isEqualTo(Integer.parseInt(code));
        }
        forget(name);
    }

    private void forget(String name) {
        sockets.remove(name).close();
        joinedAs.remove(name);
        compressing.remove(name);
        early.remove(name);
    }

    private void expectInAnyOrder(String name, List<String> lines) {
        List<String> missing = new ArrayList<>();
        lines.forEach(line -> missing.add(vocabulary.expand(line.substring(3).strip())));
        while (!missing.isEmpty()) {
            JsonObject message = next(name, false);
            String match = missing.stream()
                    .filter(line -> isMessage(name, message, line.split(" ")))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(message.encode() + " is none of " + missing));
            missing.remove(match);
        }
    }

    private boolean isMessage(String name, JsonObject message, String[] words) {
        try {
            requireMessage(name, message, words);
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    private void expectMessage(String name, String[] words) {
        requireMessage(name, next(name, words[0].equals("5")), words);
    }

    private void requireMessage(String name, JsonObject message, String[] words) {
        int type = Integer.parseInt(words[0]);
        assertThat(message.getInteger("type")).as(message.encode()).isEqualTo(type);
        Set<String> fields = new TreeSet<>(FIELDS.get(type));
        fields.addAll(Set.of("type", "documentId"));
        boolean namesDocument = false;
        for (String word : Arrays.asList(words).subList(1, words.length)) {
            String key = word.split("[=~]", 2)[0];
            String expected = word.substring(key.length() + 1);
            fields.add(key);
            namesDocument |= key.equals("documentId");
            requireEqual(key, message.getValue(key), expected, word.charAt(key.length()) == '~');
        }
        assertThat(message.fieldNames()).as("fields of " + message.encode()).isEqualTo(fields);
        if (!namesDocument) {
            assertThat(message.getString("documentId")).isEqualTo(vocabulary.documentId());
        }
        if (type == 1 || type == 21) {
            vocabulary.set("s" + name, message.getString("sessionId"));
            if (message.containsKey("resume")) {
                vocabulary.set("l" + name, message.getString("resume"));
            }
        }
        if (!namesDocument && (type == 1 || type == 3 || type == 21)) {
            joinedAs.put(name, type);
        }
    }

    private static void requireEqual(String key, Object actual, String expected, boolean inAnyOrder) {
        if (expected.equals("*")) {
            assertThat(actual).as(key).isNotNull();
        } else if (key.equals("versionVector")) {
            assertThat(vector((String) actual)).isEqualTo(vector(expected));
        } else if (inAnyOrder) {
            assertThat(sorted((JsonArray) actual)).as(key).isEqualTo(sorted((JsonArray) value(expected)));
        } else {
            assertThat(actual).as(key).isEqualTo(value(expected));
        }
    }

    private static VersionVector vector(String base64) {
        return VersionVector.decode(Base64.getDecoder().decode(base64));
    }

    private static List<String> sorted(JsonArray array) {
        return array.stream().map(String::valueOf).sorted().toList();
    }

    /** The next message; a ping of the server is answered, as every client does, and passed over. */
    private JsonObject next(String name, boolean wantsPing) {
        Deque<JsonObject> waiting = early.getOrDefault(name, new ArrayDeque<>());
        return waiting.isEmpty() ? arriving(name, wantsPing) : waiting.poll();
    }

    private JsonObject arriving(String name, boolean wantsPing) {
        while (true) {
            Frame frame = socket(name).next();
            if (frame.opcode() == RawSocket.PONG || frame.opcode() == RawSocket.PING) {
                continue;
            }
            assertThat(frame.opcode()).as(text(name, frame)).isEqualTo(RawSocket.BINARY);
            JsonObject message = new JsonObject(text(name, frame));
            if (message.getInteger("type") != 5) {
                return message;
            }
            Object timestamp = message.getValue("timestamp");
            sendMessage(
                    name,
                    new JsonObject()
                            .put("type", 6)
                            .put("documentId", message.getString("documentId"))
                            .put("originalTimestamp", timestamp)
                            .put("responseTimestamp", timestamp));
            if (wantsPing) {
                return message;
            }
        }
    }

    private String text(String name, Frame frame) {
        if (compressing.contains(name) && frame.opcode() == RawSocket.BINARY) {
            try {
                byte[] json = Compressor.GZIP
                        .decompress(new ByteArrayInputStream(frame.payload()))
                        .readAllBytes();
                return new String(json, StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new String(frame.payload(), StandardCharsets.UTF_8);
    }

    /*
     * What all connections said is taken in by the gateway when their pings are answered. After that, a question that
     * only the document's owner can answer comes back behind everything it had to say before.
     */
    private void expectSilence(String name) {
        List<String> others = new ArrayList<>(sockets.keySet());
        others.remove(name);
        others.forEach(this::passBarrier);
        passBarrier(name);
        assertThat(early.get(name)).as("what came before").isEmpty();
        Integer answer = joinedAs.get(name);
        if (answer != null) {
            sendMessage(name, message(answer == 21 ? "26" : "4 versionVector=null"));
            JsonObject next = next(name, false);
            assertThat(next.getInteger("type")).as(next.encode()).isEqualTo(answer == 21 ? 21 : 3);
        }
    }

    private void passBarrier(String name) {
        int number = ++barriers;
        sendMessage(name, message("5 documentId=barrier timestamp=" + number));
        Deque<JsonObject> before = new ArrayDeque<>();
        while (true) {
            JsonObject message = arriving(name, false);
            if (message.getInteger("type") == 6
                    && message.getString("documentId").equals("barrier")) {
                assertThat(message.getInteger("originalTimestamp")).isEqualTo(number);
                early.computeIfAbsent(name, any -> new ArrayDeque<>()).addAll(before);
                return;
            }
            before.add(message);
        }
    }

    @Override
    public void close() {
        sockets.values().forEach(RawSocket::close);
    }
}
