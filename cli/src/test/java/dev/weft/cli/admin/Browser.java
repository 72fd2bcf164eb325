package dev.weft.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;

/**
 * One page in Debian's Chromium without a window, over the protocol of its developer tools. Dialogs are answered with yes.
 * Used from the test's thread.
 */
final class Browser implements AutoCloseable, WebSocket.Listener {
    private static final long PATIENCE_SECONDS = Long.getLong("patience", 120);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LISTENING = "DevTools listening on ";

    private final Process process;
    private final AtomicLong lastId = new AtomicLong();
    private final Map<Long, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
    private final StringBuilder partial = new StringBuilder();
    private CompletableFuture<WebSocket> sending = CompletableFuture.completedFuture(null);
    private WebSocket tools;
    private String session;

    private Browser(Process process) {
        this.process = process;
    }

    /** Skips the calling test where there is no Chromium. */
    static Browser start(Path profile) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "chromium",
                "--headless=new",
                // Under root it refuses its sandbox, and nothing but our own page is opened.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--no-first-run",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank"));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            Assumptions.abort("chromium is not installed; on Debian: apt-get install chromium (" + e + ")");
            throw e;
        }
        Browser browser = new Browser(process);
        browser.tools = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(addressOfTools(process)), browser)
                .join();
        browser.openPage();
        return browser;
    }

    private static String addressOfTools(Process process) throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
            if (line.startsWith(LISTENING)) {
                Thread drain = new Thread(() -> output.lines().forEach(ignored -> {}), "chromium-output");
                drain.setDaemon(true);
                drain.start();
                return line.substring(LISTENING.length());
            }
        }
        throw new IOException("chromium ended: " + said);
    }

    private void openPage() {
        String target = call("Target.createTarget", Map.of("url", "about:blank"))
                .get("targetId")
                .asText();
        session = call("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .get("sessionId")
                .asText();
        call("Page.enable", Map.of());
        call("Runtime.enable", Map.of());
        call("Log.enable", Map.of());
    }

    void open(String url) {
        call("Page.navigate", Map.of("url", url));
        awaitTrue("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    void resize(int width, int height, boolean isMobile) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", isMobile));
    }

    /** The value of an expression, awaited if it is a promise. */
    JsonNode evaluate(String expression) {
        JsonNode answer =
                call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
        }
        return answer.at("/result/value");
    }

    void awaitTrue(String expression) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!evaluate("Boolean(" + expression + ")").asBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "Not so within " + PATIENCE_SECONDS + " s: " + expression + "; the page says:\n"
                                + evaluate("document.body.innerText").asText());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    byte[] screenshot() {
        JsonNode answer = call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", false));
        return Base64.getDecoder().decode(answer.get("data").asText());
    }

    void saveScreenshot(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, screenshot());
    }

    /** What went wrong in the page: exceptions nobody caught, and what the console calls errors. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    private JsonNode call(String method, Map<String, ?> parameters) {
        try {
            return send(method, parameters).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(method, e);
        }
    }

    private CompletableFuture<JsonNode> send(String method, Map<String, ?> parameters) {
        long id = lastId.incrementAndGet();
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.valueToTree(parameters));
        if (session != null) {
            message.put("sessionId", session);
        }
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        // A dialog is answered by the thread that reads, maybe before what caused it counts as sent; one at a time may
        // be.
        synchronized (this) {
            sending = sending.thenCompose(sent -> tools.sendText(message.toString(), true));
            sending.exceptionally(cause -> {
                answer.completeExceptionally(cause);
                return null;
            });
        }
        return answer;
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            try {
                received(JSON.readTree(partial.toString()));
            } catch (IOException e) {
                failures.add(e.toString());
            }
            partial.setLength(0);
        }
        socket.request(1);
        return null;
    }

    private void received(JsonNode message) {
        if (message.has("id")) {
            CompletableFuture<JsonNode> answer =
                    waiting.remove(message.get("id").asLong());
            if (answer != null && message.has("error")) {
                answer.completeExceptionally(
                        new IOException(message.get("error").toString()));
            } else if (answer != null) {
                answer.complete(message.get("result"));
            }
            return;
        }
        switch (message.path("method").asText()) {
            case "Page.javascriptDialogOpening" -> send("Page.handleJavaScriptDialog", Map.of("accept", true));
            case "Runtime.exceptionThrown" -> failures.add(message.get("params").toString());
            case "Log.entryAdded" -> {
                if (message.at("/params/entry/level").asText().equals("error")) {
                    failures.add(message.get("params").toString());
                }
            }
            default -> {}
        }
    }

    @Override
    public void close() {
        tools.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
