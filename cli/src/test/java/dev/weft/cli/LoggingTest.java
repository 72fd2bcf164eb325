package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.server.observe.LogFields;
import dev.weft.server.registry.DocumentKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What log lines look like to people and to programs. */
class LoggingTest {
    /** A line that names a document or a session without its fields, by which operators look for it. */
    private static final Pattern WITHOUT_FIELDS =
            Pattern.compile("LOG\\.(?:info|warn|error)\\([^;]*?\\b(?:key|link\\.key\\(\\)|sessionId)\\b[^;]*;");

    @Test
    void aLineOfJsonHasItsDocumentItsEpochAndItsSessionAsFields() throws Exception {
        JsonNode line = new ObjectMapper().readTree(logged("json"));
        assertThat(line.path("level").asText()).isEqualTo("WARN");
        assertThat(line.path("message").asText()).isEqualTo("{} is odd");
        assertThat(line.path("formattedMessage").asText()).isEqualTo("paper is odd");
        Map<String, String> fields = new HashMap<>();
        line.path("kvpList").forEach(pair -> pair.properties()
                .forEach(field -> fields.put(field.getKey(), field.getValue().asText())));
        assertThat(fields).isEqualTo(Map.of("document", "paper", "kind", "aware", "epoch", "7", "session", "s-1"));
    }

    @Test
    void aLineOfTextEndsInThem() throws Exception {
        assertThat(logged("text"))
                .contains("WARN  LoggingTest: paper is odd")
                .contains("document=\"paper\"", "epoch=\"7\"", "session=\"s-1\"");
    }

    /** By the configuration of the command line, in a logging system of its own. */
    private static String logged(String format) throws Exception {
        LoggerContext system = new LoggerContext();
        system.setMDCAdapter(new LogbackMDCAdapter());
        system.putProperty("weft.log.format", format);
        PrintStream before = System.err;
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        System.setErr(new PrintStream(lines, true, StandardCharsets.UTF_8));
        try {
            JoranConfigurator configurator = new JoranConfigurator();
            configurator.setContext(system);
            configurator.doConfigure(Weft.class.getResource("/logback.xml"));
            LogFields.of(system.getLogger(LoggingTest.class).atWarn(), DocumentKey.aware("paper"), 7, "s-1")
                    .log("{} is odd", "paper");
        } finally {
            system.stop();
            System.setErr(before);
        }
        return lines.toString(StandardCharsets.UTF_8);
    }

    @Test
    void everyLineOfTheServerAboutADocumentOrASessionHasThem() throws IOException {
        List<String> found = new ArrayList<>();
        Path sources = DocumentedBlock.ROOT.resolve("verticles/src/main/java/dev/weft/server");
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java"))
                    // Stores know documents, not what the fields are called.
                    .filter(each -> !each.startsWith(sources.resolve("storage")))
                    .toList()) {
                Matcher lines = WITHOUT_FIELDS.matcher(Files.readString(file));
                while (lines.find()) {
                    found.add(file.getFileName() + ": " + lines.group());
                }
            }
        }
        assertThat(found).isEmpty();
    }
}
