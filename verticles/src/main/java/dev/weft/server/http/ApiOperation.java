package dev.weft.server.http;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.function.Function;

/**
 * One operation of the interface.
 *
 * @param id as in openapi.yaml
 * @param path as in openapi.yaml, with parameters in braces
 * @param action what it throws is answered like a failed future
 */
record ApiOperation(String id, HttpMethod method, String path, Need need, Function<ApiCall, Future<ApiAnswer>> action) {
    /** What a caller must be allowed. */
    enum Need {
        NOTHING,
        /** To read the document of the path. */
        READ,
        /** To change the document of the path. */
        WRITE,
        /** To operate the cluster, see {@link HttpOptions}. */
        ADMIN
    }

    /** As Vert.x writes paths. */
    String route() {
        return path.replaceAll("\\{(\\w+)}", ":$1");
    }
}
