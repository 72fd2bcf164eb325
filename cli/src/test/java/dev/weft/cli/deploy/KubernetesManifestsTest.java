package dev.weft.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The manifests are what the API of Kubernetes takes, and fit each other and the node. No cluster is needed. */
class KubernetesManifestsTest {
    private static final String FOLDER = "deploy/kubernetes/";

    /** As the official client checks what it is sent: required fields, unknown fields, types. */
    private interface Check {
        void accept(JsonElement manifest) throws IOException;
    }

    private static final Map<String, Check> CHECKS = Map.of(
            "Namespace", V1Namespace::validateJsonElement,
            "Service", V1Service::validateJsonElement,
            "StatefulSet", V1StatefulSet::validateJsonElement,
            "PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement,
            "NetworkPolicy", V1NetworkPolicy::validateJsonElement);

    private final List<JsonNode> manifests = manifests();

    private static List<JsonNode> manifests() {
        List<JsonNode> all = new ArrayList<>();
        Yaml.read(FOLDER + "kustomization.yaml")
                .get("resources")
                .forEach(file -> all.addAll(Yaml.parse(Repository.read(FOLDER + file.asText()))));
        return all;
    }

    @Test
    void areWhatTheApiTakes() throws IOException {
        for (JsonNode manifest : manifests) {
            CHECKS.get(manifest.get("kind").asText()).accept(JsonParser.parseString(manifest.toString()));
        }
    }

    @Test
    void aMistakeWouldBeNoticed() {
        JsonElement wrong = JsonParser.parseString(manifest("StatefulSet").toString());
        wrong.getAsJsonObject().getAsJsonObject("spec").addProperty("replica", 3);
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> V1StatefulSet.validateJsonElement(wrong)))
                .hasMessageContaining("replica");
    }

    @Test
    void selectTheirPods() {
        JsonNode labels = manifest("StatefulSet").at("/spec/template/metadata/labels");
        for (JsonNode manifest : manifests) {
            JsonNode selector = manifest.at("/spec/selector");
            JsonNode wanted = selector.has("matchLabels") ? selector.get("matchLabels") : selector;
            assertThat(wanted.isMissingNode() || wanted.equals(labels))
                    .as(manifest.toString())
                    .isTrue();
        }
        assertThat(manifest("NetworkPolicy").at("/spec/podSelector/matchLabels"))
                .isEqualTo(labels);
    }

    @Test
    void namePortsThatThePodHas() {
        Set<String> ports = new HashSet<>();
        container().get("ports").forEach(port -> ports.add(port.get("name").asText()));
        for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
            assertThat(ports)
                    .contains(container().at("/" + probe + "/httpGet/port").asText());
        }
        for (JsonNode manifest : manifests) {
            manifest.at("/spec/ports").forEach(port -> {
                if (port.has("targetPort")) {
                    assertThat(ports).contains(port.get("targetPort").asText());
                }
            });
        }
    }

    @Test
    void nodesFindEachOtherByTheHeadlessService() {
        JsonNode nodes = manifest("StatefulSet");
        JsonNode service = manifests.stream()
                .filter(manifest -> manifest.at("/metadata/name").equals(nodes.at("/spec/serviceName")))
                .findFirst()
                .orElseThrow();
        assertThat(service.at("/spec/clusterIP").asText()).isEqualTo("None");
        assertThat(service.at("/spec/publishNotReadyAddresses").asBoolean()).isTrue();
        String namespace =
                Yaml.read(FOLDER + "kustomization.yaml").get("namespace").asText();
        assertThat(variables())
                .containsEntry(
                        "WEFT_CLUSTER_KUBERNETES_SERVICE",
                        service.at("/metadata/name").asText() + "." + namespace + ".svc.cluster.local");
    }

    @Test
    void nodesAreToldOnlyWhatTheyUnderstand() {
        NodeVariables.requireUnderstood(variables());
    }

    @Test
    void nodesHaveTimeToHandOff() {
        int grace = manifest("StatefulSet")
                .at("/spec/template/spec/terminationGracePeriodSeconds")
                .asInt();
        int pause = container().at("/lifecycle/preStop/exec/command/1").asInt();
        assertThat(grace).isGreaterThan(pause + NodeVariables.stopSecondsMax() + 10);
        assertThat(manifest("PodDisruptionBudget").at("/spec/maxUnavailable").asInt())
                .isEqualTo(1);
    }

    private Map<String, String> variables() {
        Map<String, String> variables = new HashMap<>(Dockerfile.environment());
        container()
                .get("env")
                .forEach(variable -> variables.put(variable.get("name").asText(), valueOf(variable)));
        return variables;
    }

    /** What a variable could be whose value is known in the cluster only. */
    private static String valueOf(JsonNode variable) {
        if (variable.has("value")) {
            return variable.get("value").asText();
        }
        return variable.get("name").asText().endsWith("_URL") ? "postgresql://u:p@h:5432/d" : "10.0.0.1";
    }

    private JsonNode container() {
        return manifest("StatefulSet").at("/spec/template/spec/containers/0");
    }

    private JsonNode manifest(String kind) {
        return manifests.stream()
                .filter(manifest -> manifest.get("kind").asText().equals(kind))
                .findFirst()
                .orElseThrow();
    }
}
