package dev.weft.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code docker-compose.yml} is well-formed, and fits the files and the node that it names. */
class ComposeFileTest {
    private static final List<String> NODES = List.of("weft-1", "weft-2", "weft-3");

    private final JsonNode compose = Yaml.read("docker-compose.yml");

    @Test
    void followsTheSchemaOfComposeFiles() throws IOException {
        assertThat(schema().validate(compose)).isEmpty();
    }

    @Test
    void theSchemaNoticesMistakes() throws IOException {
        JsonNode wrong =
                Yaml.parse("services: {weft: {image: weft, stop_grace: 5s}}").get(0);
        assertThat(schema().validate(wrong)).isNotEmpty();
    }

    private JsonSchema schema() throws IOException {
        try (InputStream in = getClass().getResourceAsStream("/compose/compose-spec.json")) {
            JsonNode schema = new ObjectMapper().readTree(in);
            withoutIds(schema);
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V201909)
                    .getSchema(schema);
        }
    }

    /** They are from an older draft than the one it names, and of no use here. */
    private static void withoutIds(JsonNode schema) {
        if (schema instanceof ObjectNode object && object.path("id").isTextual()) {
            object.remove("id");
        }
        schema.forEach(ComposeFileTest::withoutIds);
    }

    @Test
    void mountsFilesThatAreThere() {
        List<String> mounted = new ArrayList<>();
        compose.get("services")
                .forEach(service -> service.path("volumes").forEach(volume -> mounted.add(volume.asText())));
        assertThat(mounted).isNotEmpty();
        for (String volume : mounted) {
            String source = volume.split(":")[0];
            assertThat(
                            source.startsWith("./")
                                    ? Files.exists(Repository.file(source))
                                    : compose.get("volumes").has(source))
                    .as(volume)
                    .isTrue();
        }
    }

    @Test
    void waitsForServicesThatAreThereAndTellHowTheyAre() {
        compose.get("services")
                .forEach(service -> service.path("depends_on").fieldNames().forEachRemaining(name -> {
                    JsonNode needed = compose.get("services").get(name);
                    assertThat(needed).as(name).isNotNull();
                    assertThat(needed.has("healthcheck")
                                    || needed.get("image").asText().startsWith("weft:"))
                            .as(name + " has a health check, of its own or of our image")
                            .isTrue();
                }));
        assertThat(Repository.read("Dockerfile")).contains("\nHEALTHCHECK ");
    }

    @Test
    void nodesAreToldOnlyWhatTheyUnderstand() {
        for (String name : NODES) {
            Map<String, String> variables = new HashMap<>(Dockerfile.environment());
            node(name)
                    .get("environment")
                    .properties()
                    .forEach(variable ->
                            variables.put(variable.getKey(), variable.getValue().asText()));
            NodeVariables.requireUnderstood(variables);
            assertThat(variables)
                    .containsEntry("WEFT_CLUSTER_NODE_NAME", name)
                    .containsEntry("WEFT_CLUSTER_HOST", name);
            assertThat(variables.get("WEFT_CLUSTER_MEMBERS").split(",")).containsExactlyElementsOf(NODES);
        }
    }

    @Test
    void operatorsHaveATokenThatNodesRead() {
        for (String name : NODES) {
            assertThat(node(name)
                            .get("environment")
                            .get("WEFT_HTTP_API_TOKENS_FILE")
                            .asText())
                    .isEqualTo("/etc/weft/operators.yaml");
            assertThat(node(name).get("volumes").toString())
                    .contains("./deploy/operators.yaml:/etc/weft/operators.yaml:ro");
        }
        NodeVariables.requireTokens(Repository.file("deploy/operators.yaml"));
    }

    @Test
    void nodesHaveTimeToHandOff() {
        for (String name : NODES) {
            String grace = node(name).get("stop_grace_period").asText();
            assertThat(Integer.parseInt(grace.replace("s", ""))).isGreaterThan(NodeVariables.stopSecondsMax() + 10);
        }
    }

    @Test
    void nodesCanWriteNothingButMemory() {
        for (String name : NODES) {
            assertThat(node(name).get("read_only").asBoolean()).isTrue();
            assertThat(node(name).get("tmpfs").toString()).isEqualTo("[\"/tmp\",\"/var/lib/weft\"]");
            assertThat(node(name).get("cap_drop").toString()).isEqualTo("[\"ALL\"]");
        }
    }

    private JsonNode node(String name) {
        return compose.get("services").get(name);
    }
}
