package dev.weft.client.connection;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Opens WebSockets to a list of endpoints. Confined to one context. */
public final class WebSocketConnector implements Connector {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private static final AtomicLong CREATED = new AtomicLong();

    private final Context context;
    private final WebSocketClient client;
    private final Settings settings;

    /**
     * @param endpoints {@code ws} or {@code wss} addresses; path and query are sent as they are
     * @param headers added to every upgrade request
     * @param tokens null for none
     * @param messageBytesMax the largest message and frame accepted; a snapshot arrives in one
     * @param transport TLS, proxy and the like; size limits and compression in it are overridden
     */
    public record Settings(
            List<URI> endpoints,
            Map<String, String> headers,
            TokenSource tokens,
            TokenSource.Placement tokenPlacement,
            int messageBytesMax,
            WebSocketClientOptions transport) {
        public Settings {
            endpoints = List.copyOf(endpoints);
            headers = Map.copyOf(headers);
            endpoints.forEach(Settings::requireWebSocket);
        }

        private static void requireWebSocket(URI endpoint) {
            boolean known = "ws".equals(endpoint.getScheme()) || "wss".equals(endpoint.getScheme());
            if (!known || endpoint.getHost() == null) {
                throw new IllegalArgumentException("Not a ws or wss address: " + endpoint);
            }
        }
    }

    public WebSocketConnector(Vertx vertx, Context context, Settings settings) {
        this.context = context;
        this.settings = settings;
        // Under a name of its own, because Vert.x 5.0 forgets a closed client only if it is a shared one.
        this.client = vertx.createWebSocketClient(new WebSocketClientOptions(settings.transport())
                .setShared(true)
                .setName("weft-client-" + CREATED.incrementAndGet())
                .setMaxMessageSize(settings.messageBytesMax())
                .setMaxFrameSize(settings.messageBytesMax())
                // Compression, where wanted, is the protocol's own. This one can be turned against us: a small frame
                // inflates without limit before its size is checked.
                .setTryUsePerMessageCompression(false)
                .setTryUsePerFrameCompression(false));
    }

    @Override
    public Link open(int endpoint, Listener listener) {
        URI address = settings.endpoints().get(endpoint);
        WebSocketLink link = new WebSocketLink(client.webSocket(), listener);
        askForToken()
                .onComplete(answer -> context.runOnContext(ignored -> {
                    if (answer.succeeded()) {
                        link.connect(request(address, answer.result()));
                    } else {
                        link.fail("No token: " + WebSocketLink.reasonOf(answer.cause()));
                    }
                }));
        return link;
    }

    private Future<String> askForToken() {
        if (settings.tokens() == null) {
            return Future.succeededFuture();
        }
        try {
            Future<String> token = settings.tokens().token();
            return token == null ? Future.failedFuture("the source gave none") : token;
        } catch (RuntimeException e) {
            // As good as a failed future: the attempt pays, and the next one asks again.
            return Future.failedFuture(e);
        }
    }

    @Override
    public Future<Void> close() {
        return client.close();
    }

    private WebSocketConnectOptions request(URI address, String token) {
        boolean secure = "wss".equals(address.getScheme());
        int defaultPort = secure ? HTTPS_PORT : HTTP_PORT;
        boolean inQuery = token != null && settings.tokenPlacement() == TokenSource.Placement.QUERY_PARAMETER;
        WebSocketConnectOptions request = new WebSocketConnectOptions()
                .setHost(address.getHost())
                .setPort(address.getPort() < 0 ? defaultPort : address.getPort())
                .setSsl(secure)
                .setURI(pathOf(address, inQuery ? token : null));
        settings.headers().forEach(request::addHeader);
        if (token != null && !inQuery) {
            request.addHeader("Authorization", "Bearer " + token);
        }
        return request;
    }

    private static String pathOf(URI address, String token) {
        String path = address.getRawPath() == null || address.getRawPath().isEmpty() ? "/" : address.getRawPath();
        String query = address.getRawQuery();
        if (token != null) {
            String parameter = "token=" + URLEncoder.encode(token, StandardCharsets.UTF_8);
            query = query == null ? parameter : query + "&" + parameter;
        }
        return query == null ? path : path + "?" + query;
    }
}
