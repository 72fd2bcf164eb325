package dev.weft.server.http;

import static dev.weft.server.kit.RawClient.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.weft.server.Server;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.validation.ResponseValidator;
import io.vertx.openapi.validation.ValidatableResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Calls the interface, and holds every answer to the description that the server itself gives out. */
final class ApiClient {
    private final WebClient http;
    private final String token;
    private final OpenAPIContract contract;
    private final ResponseValidator validator;
    private final Set<String> called;
    private final Set<String> refused;

    ApiClient(Vertx vertx, Server describing, String token) {
        this.http = WebClient.create(vertx);
        this.token = token;
        this.called = new TreeSet<>();
        this.refused = new TreeSet<>();
        String yaml = await(http.get(describing.httpPort(), "127.0.0.1", "/api/v1/openapi.yaml")
                        .send())
                .bodyAsString();
        this.contract = await(OpenAPIContract.from(vertx, parse(yaml)));
        this.validator = ResponseValidator.create(vertx, contract);
    }

    private ApiClient(ApiClient other, String token) {
        this.http = other.http;
        this.token = token;
        this.contract = other.contract;
        this.validator = other.validator;
        this.called = other.called;
        this.refused = other.refused;
    }

    /** The same as somebody else, with one count of what was called. */
    ApiClient as(String otherToken) {
        return new ApiClient(this, otherToken);
    }

    private static JsonObject parse(String yaml) {
        try {
            // The validator knows neither relative addresses nor the media type of problems, which are JSON like any
            // other.
            Object plain = new ObjectMapper(new YAMLFactory())
                    .readValue(
                            yaml.replace("application/problem+json", "application/json")
                                    .replace("url: /api/v1", "url: http://localhost/api/v1"),
                            Map.class);
            return new JsonObject(new ObjectMapper().writeValueAsString(plain));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Set<String> described() {
        Set<String> ids = new TreeSet<>();
        contract.operations().forEach(operation -> ids.add(operation.getOperationId()));
        return ids;
    }

    /** Operations that were done. */
    Set<String> called() {
        return called;
    }

    List<Operation> operations() {
        return contract.operations();
    }

    /** Each operation with each status by which it may refuse, as {@code getDocument 404}. */
    Set<String> describedRefusals() {
        Set<String> refusals = new TreeSet<>();
        objects(contract.getRawContract().getJsonObject("paths"))
                .flatMap(ApiClient::objects)
                .filter(item -> item.containsKey("operationId"))
                .forEach(operation -> operation.getJsonObject("responses").fieldNames().stream()
                        .filter(status -> status.startsWith("4"))
                        .forEach(status -> refusals.add(operation.getString("operationId") + " " + status)));
        return refusals;
    }

    private static Stream<JsonObject> objects(JsonObject parent) {
        return parent.stream()
                .map(Map.Entry::getValue)
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast);
    }

    /** Those that were met. */
    Set<String> refused() {
        return refused;
    }

    HttpResponse<Buffer> call(Server node, HttpMethod method, String path, Buffer body, String contentType) {
        HttpRequest<Buffer> request = http.request(method, node.httpPort(), "127.0.0.1", "/api/v1" + path)
                .putHeader("Authorization", "Bearer " + token);
        if (contentType != null) {
            request.putHeader("Content-Type", contentType);
        }
        HttpResponse<Buffer> response = await(body == null ? request.send() : request.sendBuffer(body));
        validate(method, path, response);
        return response;
    }

    /** What the description knows nothing of. */
    HttpResponse<Buffer> undescribed(Server node, HttpMethod method, String path) {
        return await(http.request(method, node.httpPort(), "127.0.0.1", "/api/v1" + path)
                .send());
    }

    private void validate(HttpMethod method, String path, HttpResponse<Buffer> response) {
        String plainPath = path.replaceFirst("\\?.*", "");
        Operation operation = contract.findOperation("/api/v1" + plainPath, method);
        assertThat(operation).as("%s %s is described", method, plainPath).isNotNull();
        if (response.statusCode() < 400) {
            called.add(operation.getOperationId());
        } else if (response.statusCode() < 500) {
            refused.add(operation.getOperationId() + " " + response.statusCode());
        }
        Map<String, String> headers = new HashMap<>();
        response.headers().forEach((name, value) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), value));
        String contentType = response.getHeader("Content-Type");
        if ("application/octet-stream".equals(contentType)) {
            // The validator knows values of JSON; of bytes only the type is described.
            assertThat(operation.getResponse(response.statusCode()).getContent())
                    .containsKey(contentType);
            return;
        }
        ValidatableResponse validatable = ValidatableResponse.create(
                response.statusCode(),
                headers,
                response.body(),
                contentType == null ? null : contentType.replace("application/problem+json", "application/json"));
        await(validator.validate(validatable, operation.getOperationId()));
    }

    /** @return the answer, which has this status */
    JsonObject json(Server node, HttpMethod method, String path, JsonObject body, int status) {
        HttpResponse<Buffer> response = call(
                node, method, path, body == null ? null : body.toBuffer(), body == null ? null : "application/json");
        assertThat(response.statusCode())
                .as("%s %s: %s", method, path, response.bodyAsString())
                .isEqualTo(status);
        return response.body() == null || response.body().length() == 0
                ? new JsonObject()
                : response.bodyAsJsonObject();
    }

    int status(Server node, String path) {
        return call(node, HttpMethod.GET, path, null, null).statusCode();
    }

    JsonObject get(Server node, String path) {
        return json(node, HttpMethod.GET, path, null, 200);
    }

    JsonObject post(Server node, String path, JsonObject body) {
        return json(node, HttpMethod.POST, path, body, 200);
    }

    /** A body that asks for these operations, which {@link #op} makes. */
    static JsonObject edit(JsonObject... operations) {
        return new JsonObject().put("operations", new JsonArray(List.of(operations)));
    }

    /** @param more names and their values by turns */
    static JsonObject op(String name, String handler, Object... more) {
        JsonObject operation = new JsonObject().put("op", name).put("handler", handler);
        for (int i = 0; i < more.length; i += 2) {
            operation.put((String) more[i], more[i + 1]);
        }
        return operation;
    }
}
