package dev.weft.server.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;

/** What an operation answers. @param version of the document, for the header {@code Weft-Version}; null if none */
record ApiAnswer(int status, String contentType, Buffer body, String version) {
    static final String JSON = "application/json";
    static final String BYTES = "application/octet-stream";
    static final ApiAnswer NOTHING = new ApiAnswer(204, null, Buffer.buffer(), null);

    static ApiAnswer json(JsonObject body) {
        return json(200, body);
    }

    static ApiAnswer json(int status, JsonObject body) {
        return new ApiAnswer(status, JSON, body.toBuffer(), body.getString("version"));
    }

    static ApiAnswer bytes(byte[] body, String version) {
        return new ApiAnswer(200, BYTES, Buffer.buffer(body), version);
    }
}
