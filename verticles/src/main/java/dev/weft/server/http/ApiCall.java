package dev.weft.server.http;

import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.auth.Identity;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Base64;

/** One request by somebody who may make it: its parameters, checked. What is wrong with them is an {@link ApiProblem}. */
record ApiCall(RoutingContext context, Identity caller) {
    static final String DOCUMENT = "documentId";

    String path(String name) {
        return context.pathParam(name);
    }

    String query(String name, String otherwise) {
        String value = context.queryParams().get(name);
        return value == null ? otherwise : value;
    }

    int number(String name, int otherwise, int max) {
        String value = context.queryParams().get(name);
        if (value == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= 1 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw ApiProblem.badRequest(name + " must be a number");
        }
        throw ApiProblem.badRequest(name + " must be from 1 to " + max);
    }

    boolean flag(String name) {
        return "true".equals(context.queryParams().get(name));
    }

    /** One that a document can have. */
    String documentId() {
        return require(DocumentKey.faultOf(path(DOCUMENT), DocumentKey.ID_BYTES_MAX));
    }

    /** The same where it may be created: one that clients may open. */
    String newDocumentId() {
        return require(DocumentKey.faultForClients(path(DOCUMENT)));
    }

    private String require(String fault) {
        if (fault != null) {
            throw ApiProblem.badRequest(fault);
        }
        return path(DOCUMENT);
    }

    /** The document of the path; aware unless the query says otherwise. */
    DocumentKey document() {
        return new DocumentKey(kind(), documentId());
    }

    DocumentKind kind() {
        return switch (query("kind", "aware")) {
            case "aware" -> DocumentKind.AWARE;
            case "relay" -> DocumentKind.RELAY;
            default -> throw ApiProblem.badRequest("kind is aware or relay");
        };
    }

    /** @return what everything is newer than, if the parameter is not there */
    VersionVector version(String name) {
        String value = context.queryParams().get(name);
        return value == null ? VersionVector.EMPTY : decodeVersion(value);
    }

    static VersionVector decodeVersion(String text) {
        try {
            return VersionVector.decode(Base64.getUrlDecoder().decode(text));
        } catch (IllegalArgumentException | CrdtFormatException e) {
            throw ApiProblem.badRequest("This is no version: " + text);
        }
    }

    static String encodeVersion(VersionVector version) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(version.encode());
    }

    JsonObject body() {
        try {
            JsonObject body = context.body().asJsonObject();
            if (body != null) {
                return body;
            }
        } catch (DecodeException | ClassCastException e) {
            throw ApiProblem.badRequest("The body is no JSON object");
        }
        throw ApiProblem.badRequest("A JSON object is missing");
    }

    byte[] bytes() {
        byte[] bytes = context.body().buffer() == null
                ? new byte[0]
                : context.body().buffer().getBytes();
        if (bytes.length == 0) {
            throw ApiProblem.badRequest("The body is empty");
        }
        return bytes;
    }
}
