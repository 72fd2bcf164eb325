package dev.weft.server.http;

import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.server.auth.NotAuthenticatedException;
import dev.weft.server.embed.DocumentClosedException;
import dev.weft.server.embed.DocumentUnavailableException;
import dev.weft.server.embed.EditRefusedException;
import dev.weft.server.embed.EditTooLargeException;
import dev.weft.server.registry.RegistryUnavailableException;
import dev.weft.server.storage.DocumentNotFoundException;
import dev.weft.server.storage.OutcomeUnknownException;
import dev.weft.server.storage.StoreException;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeoutException;

/** A request that cannot be fulfilled, as RFC 9457 writes it. @see #of */
final class ApiProblem extends RuntimeException {
    private final int status;
    private final String code;

    /** @param code for programs; the message is for people */
    ApiProblem(int status, String code, String message) {
        // No stack trace: whoever calls can cause one as often as they like.
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("title", code.replace('-', ' '))
                .put("status", status)
                .put("code", code)
                .put("detail", getMessage());
    }

    static ApiProblem badRequest(String message) {
        return new ApiProblem(400, "bad-request", message);
    }

    static ApiProblem notFound(String message) {
        return new ApiProblem(404, "not-found", message);
    }

    static ApiProblem conflict(String message) {
        return new ApiProblem(409, "conflict", message);
    }

    static ApiProblem invalidEdit(String message) {
        return new ApiProblem(422, "invalid-edit", message);
    }

    /** What went wrong, in the words of the interface; null if it is a fault of ours. */
    static ApiProblem of(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof ApiProblem problem) {
            return problem;
        } else if (cause instanceof NotAuthenticatedException) {
            return new ApiProblem(401, "not-authenticated", message);
        } else if (cause instanceof DocumentNotFoundException) {
            return new ApiProblem(404, "document-not-found", message);
        } else if (cause instanceof EditTooLargeException) {
            return new ApiProblem(413, "too-large", message);
        } else if (cause instanceof EditRefusedException) {
            return invalidEdit(message);
        } else if (cause instanceof CrdtFormatException) {
            return badRequest(message);
        } else if (cause instanceof TimeoutException
                || cause instanceof DocumentClosedException
                || cause instanceof OutcomeUnknownException) {
            return new ApiProblem(
                    504, "outcome-unknown", "It is not known whether this was done; look before you try again");
        } else if (cause instanceof DocumentUnavailableException
                || cause instanceof RegistryUnavailableException
                || cause instanceof ReplyException
                || cause instanceof StoreException) {
            return new ApiProblem(503, "unavailable", message);
        }
        return null;
    }
}
