package dev.weft.server.auth.jwt;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that are valid now: those of files, and those of a JWK set that is fetched from time to time and when a token
 * names a key nobody knows. If a source cannot be read its last keys stay valid. Thread-safe.
 */
final class JwtKeys {
    private static final Logger LOG = LoggerFactory.getLogger(JwtKeys.class);

    /** Unknown keys cause a fetch no more often than this, since anybody can name one. */
    private static final long ON_DEMAND_NANOS_MIN = 10_000_000_000L;

    private static final int FETCH_MILLIS_MAX = 5_000;
    private static final int SET_BYTES_MAX = 256 << 10;
    private static final int OK = 200;

    private final JwtOptions options;
    private final AtomicReference<Future<Void>> fetching = new AtomicReference<>();
    private volatile List<JWK> fromFiles = List.of();
    private volatile List<JWK> fetched = List.of();
    private volatile JWKSet all = new JWKSet();
    private volatile long fetchedAtNanos;
    private volatile boolean hasFetched;
    private Future<Void> started;
    private Vertx vertx;
    private HttpClient client;
    private long timer = -1;

    JwtKeys(JwtOptions options) {
        this.options = options;
    }

    JWKSet all() {
        return all;
    }

    /** Fails if a file cannot be read: that is a mistake of the operator. A set that cannot be fetched now is awaited. */
    synchronized Future<Void> start(Vertx onVertx) {
        if (started != null) {
            // The gateways and the HTTP interface of a node may share it.
            return started;
        }
        vertx = onVertx;
        client = vertx.createHttpClient(new HttpClientOptions().setConnectTimeout(FETCH_MILLIS_MAX));
        timer = vertx.setPeriodic(options.refreshMillis(), refresh -> {
            readFiles().onFailure(cause -> LOG.warn("Keys stay as they were: {}", cause.getMessage()));
            fetch();
        });
        started = readFiles().compose(read -> fetch());
        return started;
    }

    synchronized Future<Void> close() {
        if (started == null) {
            return Future.succeededFuture();
        }
        started = null;
        vertx.cancelTimer(timer);
        return client.close();
    }

    private Future<Void> readFiles() {
        return vertx.executeBlocking(() -> KeyFiles.read(options))
                .onSuccess(keys -> {
                    fromFiles = keys;
                    join();
                })
                .mapEmpty();
    }

    /** Looks whether the keys have changed, unless that was done a moment ago. Never fails. */
    Future<Void> refreshOnDemand(long nanos) {
        boolean isEarly = hasFetched && nanos - fetchedAtNanos < ON_DEMAND_NANOS_MIN;
        if (options.jwksUrl() == null || isEarly) {
            return Future.succeededFuture();
        }
        fetchedAtNanos = nanos;
        hasFetched = true;
        return fetch();
    }

    private Future<Void> fetch() {
        if (options.jwksUrl() == null) {
            return Future.succeededFuture();
        }
        Future<Void> running = fetching.get();
        if (running != null && !running.isComplete()) {
            return running;
        }
        Future<Void> fetch = client.request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setTimeout(FETCH_MILLIS_MAX)
                        .setAbsoluteURI(options.jwksUrl().toString()))
                .compose(request -> request.send())
                .compose(response -> {
                    if (response.statusCode() != OK) {
                        return Future.failedFuture("HTTP status " + response.statusCode());
                    }
                    List<Buffer> parts = new ArrayList<>();
                    int[] bytes = {0};
                    response.handler(part -> {
                        bytes[0] += part.length();
                        if (bytes[0] > SET_BYTES_MAX) {
                            response.request().reset();
                        } else {
                            parts.add(part);
                        }
                    });
                    return response.end().map(ended -> {
                        Buffer whole = Buffer.buffer();
                        parts.forEach(whole::appendBuffer);
                        return whole.toString(StandardCharsets.UTF_8);
                    });
                })
                .compose(this::take)
                .recover(cause -> {
                    LOG.warn("{} cannot be read, its last keys stay valid: {}", options.jwksUrl(), cause.getMessage());
                    return Future.succeededFuture();
                });
        fetching.set(fetch);
        return fetch;
    }

    private Future<Void> take(String json) {
        try {
            fetched = KeyFiles.publicKeys(json);
            join();
            return Future.succeededFuture();
        } catch (ParseException e) {
            return Future.failedFuture(e);
        }
    }

    private synchronized void join() {
        List<JWK> keys = new ArrayList<>(fromFiles);
        keys.addAll(fetched);
        all = new JWKSet(keys);
    }
}
