package dev.weft.server.http;

import dev.weft.server.auth.Identity;
import dev.weft.server.registry.DocumentKey;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The interface for backends and operators: admits calls, runs the operations and writes what comes of them. */
final class Api {
    static final String ROOT = "/api/v1";
    private static final Logger LOG = LoggerFactory.getLogger(Api.class);
    private static final String CALLER = "weft.caller";
    private static final String PROBLEM = "application/problem+json";
    private static final String VERSION_HEADER = "Weft-Version";

    private final ApiAccess access;
    private final List<ApiOperation> operations;
    private final Buffer description;
    private final LongSupplier wallMillis;
    private final int bodyBytesMax;

    /** @param description openapi.yaml */
    Api(
            ApiAccess access,
            List<ApiOperation> operations,
            Buffer description,
            LongSupplier wallMillis,
            int bodyBytesMax) {
        this.access = access;
        this.operations = List.copyOf(operations);
        this.description = description;
        this.wallMillis = wallMillis;
        this.bodyBytesMax = bodyBytesMax;
    }

    /** What a router would take for a fault of its own, and log: a query that is no query. Answers it if it is one. */
    static boolean canBeRead(HttpServerRequest request) {
        try {
            request.params();
            return true;
        } catch (IllegalArgumentException e) {
            ApiProblem problem =
                    ApiProblem.badRequest("The query cannot be read: % must be followed by two hex digits");
            request.response()
                    .setStatusCode(problem.status())
                    .putHeader(HttpHeaders.CONTENT_TYPE, PROBLEM)
                    .end(problem.toJson().toBuffer());
            return false;
        }
    }

    void addTo(Router router) {
        router.get(ROOT + "/openapi.yaml").handler(context -> context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/yaml")
                .end(description));
        for (ApiOperation operation : operations) {
            router.route(operation.method(), ROOT + operation.route())
                    // Before the body is read: nobody else makes us keep one.
                    .handler((SecurityPolicyHandler) context -> admit(context, operation))
                    .handler(BodyHandler.create(false).setBodyLimit(bodyBytesMax))
                    .handler(context -> run(context, operation))
                    .failureHandler(this::failed);
        }
        router.route(ROOT + "/*").handler(this::noSuchRoute);
    }

    private void admit(RoutingContext context, ApiOperation operation) {
        context.request().pause();
        String documentId = context.pathParam(ApiCall.DOCUMENT);
        access.authenticate(context.request(), wallMillis.getAsLong())
                .compose(caller -> access.require(operation.need(), caller, keyOf(documentId))
                        .map(caller))
                .onSuccess(caller -> {
                    context.put(CALLER, caller);
                    // A body is what the operation takes it for. Programs such as curl call all they send a form,
                    // unless told.
                    context.request().headers().remove(HttpHeaders.CONTENT_TYPE);
                    context.request().resume();
                    context.next();
                })
                .onFailure(cause -> {
                    context.request().resume();
                    fail(context, cause);
                });
    }

    private static DocumentKey keyOf(String documentId) {
        return documentId == null ? null : DocumentKey.aware(documentId);
    }

    private void run(RoutingContext context, ApiOperation operation) {
        Future<ApiAnswer> answer;
        try {
            answer = operation.action().apply(new ApiCall(context, context.<Identity>get(CALLER)));
        } catch (RuntimeException e) {
            answer = Future.failedFuture(e);
        }
        answer.onSuccess(result -> write(context, result)).onFailure(cause -> fail(context, cause));
    }

    private static void write(RoutingContext context, ApiAnswer answer) {
        HttpServerResponse response = context.response();
        if (response.closed()) {
            return;
        }
        response.setStatusCode(answer.status()).putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (answer.version() != null) {
            response.putHeader(VERSION_HEADER, answer.version());
        }
        if (answer.contentType() == null) {
            response.end();
        } else {
            response.putHeader(HttpHeaders.CONTENT_TYPE, answer.contentType()).end(answer.body());
        }
    }

    /** What Vert.x itself refuses: above all a body that is too large. */
    private void failed(RoutingContext context) {
        if (context.failure() != null) {
            fail(context, context.failure());
        } else if (context.statusCode() == 413) {
            problem(context, new ApiProblem(413, "too-large", "A body may have " + bodyBytesMax + " bytes"));
        } else {
            problem(context, new ApiProblem(context.statusCode(), "bad-request", "The request cannot be read"));
        }
    }

    private void noSuchRoute(RoutingContext context) {
        String others = operations.stream()
                .filter(operation -> (ROOT + operation.path())
                        .replaceAll("\\{\\w+}", "x")
                        .equals(sampleOf(context.normalizedPath(), ROOT + operation.path())))
                .map(operation -> operation.method().name())
                .collect(Collectors.joining(", "));
        if (!others.isEmpty()) {
            context.response().putHeader(HttpHeaders.ALLOW, others);
        }
        problem(
                context,
                !others.isEmpty()
                        ? new ApiProblem(405, "method-not-allowed", "This cannot be done here")
                        : ApiProblem.notFound("There is nothing here; see " + ROOT + "/openapi.yaml"));
    }

    /** The path with the segments that are parameters of the template replaced; the path itself if it does not fit. */
    private static String sampleOf(String path, String template) {
        String[] segments = path.split("/", -1);
        String[] wanted = template.split("/", -1);
        if (segments.length != wanted.length) {
            return path;
        }
        for (int i = 0; i < segments.length; i++) {
            if (wanted[i].startsWith("{") && !segments[i].isEmpty()) {
                segments[i] = "x";
            }
        }
        return String.join("/", segments);
    }

    private void fail(RoutingContext context, Throwable cause) {
        ApiProblem known = ApiProblem.of(cause);
        if (known == null) {
            LOG.error(
                    "{} {} failed",
                    context.request().method(),
                    context.request().path(),
                    cause);
            known = new ApiProblem(500, "internal-error", "The server failed; its log tells more");
        }
        problem(context, known);
    }

    private static void problem(RoutingContext context, ApiProblem problem) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        if (problem.status() == 401) {
            response.putHeader("WWW-Authenticate", "Bearer");
        } else if (problem.status() == 503) {
            response.putHeader("Retry-After", "1");
        }
        if (context.request().method() != HttpMethod.GET && !context.request().isEnded()) {
            // The rest of a body nobody wants is not waited for.
            response.putHeader(HttpHeaders.CONNECTION, "close");
        }
        response.setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, PROBLEM)
                .end(problem.toJson().toBuffer());
    }
}
