package dev.weft.server.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * The page for operators. Its files are open to whoever reaches the port, for they hold nothing: what it shows and does is asked
 * of the HTTP interface, with a token that is typed in and kept by that tab of the browser alone.
 */
final class AdminPage {
    private static final String HOME = "/admin/";

    /** Nothing from elsewhere, and no page elsewhere may frame it. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final Map<String, String> FILES = Map.of(
            "admin.css", "text/css; charset=utf-8",
            "admin.js", "text/javascript; charset=utf-8");

    void addTo(Router router) {
        router.get("/").handler(context -> redirect(context, HOME));
        Buffer page = read("index.html");
        // The router takes a path with and without its last slash for the same; the names in the page need it.
        router.get("/admin").handler(context -> {
            if (context.request().path().endsWith("/")) {
                answer(context, "text/html; charset=utf-8", page);
            } else {
                redirect(context, HOME);
            }
        });
        FILES.forEach((name, type) -> {
            Buffer content = read(name);
            router.get(HOME + name).handler(context -> answer(context, type, content));
        });
    }

    private static void answer(RoutingContext context, String type, Buffer content) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .end(content);
    }

    private static void redirect(RoutingContext context, String to) {
        context.response()
                .setStatusCode(302)
                .putHeader(HttpHeaders.LOCATION, to)
                .end();
    }

    private static Buffer read(String file) {
        try (InputStream in = AdminPage.class.getResourceAsStream("admin/" + file)) {
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
