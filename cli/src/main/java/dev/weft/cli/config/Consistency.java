package dev.weft.cli.config;

import dev.weft.server.auth.jwt.JwtOptions;
import dev.weft.server.gateway.GatewayOptions;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What is right by itself and wrong together. */
final class Consistency {
    private static final Set<String> LOOPBACK_HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Configuration configuration;
    private final List<String> mistakes = new ArrayList<>();

    private Consistency(Configuration configuration) {
        this.configuration = configuration;
    }

    static List<String> mistakesIn(Configuration configuration) {
        Consistency consistency = new Consistency(configuration);
        consistency.store();
        consistency.auth();
        consistency.cluster();
        consistency.operation();
        consistency.together(List.of(Settings.TLS_CERTIFICATE_FILE, Settings.TLS_KEY_FILE));
        consistency.together(List.of(
                Settings.CLUSTER_TLS_AUTHORITY_FILE,
                Settings.CLUSTER_TLS_CERTIFICATE_FILE,
                Settings.CLUSTER_TLS_KEY_FILE));
        consistency.limits();
        return consistency.mistakes;
    }

    private void store() {
        boolean isPostgres = get(Settings.STORE_KIND).equals("postgres");
        if (isPostgres && get(Settings.STORE_POSTGRES_URL) == null) {
            mistakes.add("store.kind is postgres, but store.postgres-url is missing (--store postgres needs"
                    + " --postgres-url)");
        }
    }

    private void auth() {
        switch (get(Settings.AUTH_KIND)) {
            case "none" -> {
                boolean isLoopback = GatewayOptions.DEFAULT
                        .withHost(get(Settings.CLIENTS_HOST))
                        .isLoopbackOnly();
                if (!isLoopback && !get(Settings.AUTH_ALLOW_ANONYMOUS)) {
                    mistakes.add("clients.host is " + get(Settings.CLIENTS_HOST)
                            + " and auth.kind is none: everybody who reaches this node could read and change everything."
                            + " Set auth.kind, or clients.host to 127.0.0.1, or auth.allow-anonymous to true"
                            + " (--allow-anonymous)");
                }
            }
            case "tokens" -> {
                if (get(Settings.AUTH_TOKENS_FILE) == null) {
                    mistakes.add("auth.kind is tokens, but auth.tokens-file is missing");
                } else {
                    tokens(Settings.AUTH_TOKENS_FILE, get(Settings.AUTH_TOKENS_FILE));
                }
            }
            case "jwt" -> jwt();
            default -> throw new AssertionError(get(Settings.AUTH_KIND));
        }
    }

    private void operation() {
        String tokens = get(Settings.HTTP_API_TOKENS_FILE);
        if (tokens != null) {
            tokens(Settings.HTTP_API_TOKENS_FILE, tokens);
            if (get(Settings.HTTP_PORT) == null) {
                mistakes.add("http.api-tokens-file needs http.port, where the interface is served");
            }
        }
        String secret = get(Settings.WEBHOOK_SECRET_FILE);
        if (secret != null) {
            readable(Settings.WEBHOOK_SECRET_FILE, secret);
        } else if (!get(Settings.WEBHOOK_URLS).isEmpty()) {
            mistakes.add("webhooks.urls needs webhooks.secret-file, which signs what is sent");
        }
    }

    private void jwt() {
        List<String> files = get(Settings.JWT_KEY_FILES);
        String secret = get(Settings.JWT_SECRET_FILE);
        String jwks = get(Settings.JWT_JWKS_URL);
        if (files.isEmpty() && secret == null && jwks == null) {
            mistakes.add("auth.kind is jwt, but none of auth.jwt.key-files, auth.jwt.secret-file and auth.jwt.jwks-url"
                    + " is set");
        }
        for (String file : files) {
            if (readable(Settings.JWT_KEY_FILES, file)) {
                keys(Settings.JWT_KEY_FILES, JwtOptions.DEFAULT.withKeyFiles(List.of(Path.of(file))));
            }
        }
        if (secret != null && readable(Settings.JWT_SECRET_FILE, secret)) {
            keys(Settings.JWT_SECRET_FILE, JwtOptions.DEFAULT.withSecretFile(Path.of(secret)));
        }
        List<String> algorithms = get(Settings.JWT_ALGORITHMS);
        for (String algorithm : algorithms) {
            if (!JwtOptions.SUPPORTED.contains(algorithm)) {
                mistakes.add("auth.jwt.algorithms: '" + algorithm + "' is none of HS, RS, PS, ES with 256, 384, 512");
            }
        }
        boolean hasShared = algorithms.stream().anyMatch(each -> each.startsWith("HS"));
        if (algorithms.isEmpty() || hasShared != (secret != null)) {
            mistakes.add(
                    "auth.jwt.algorithms must name an algorithm, and one with HS exactly if auth.jwt.secret-file is"
                            + " set");
        }
        if (jwks != null && !isSafe(jwks)) {
            mistakes.add("auth.jwt.jwks-url: '" + Secrets.withoutPasswords(jwks)
                    + "' must be a https URL, or http on loopback: whoever changes its"
                    + " answer on the way lets in whom he likes");
        }
        if (get(Settings.JWT_LEEWAY) % 1_000 != 0) {
            mistakes.add("auth.jwt.leeway must be whole seconds");
        }
    }

    private static boolean isSafe(String url) {
        try {
            URI uri = new URI(url);
            return "https".equals(uri.getScheme()) && uri.getHost() != null
                    || "http".equals(uri.getScheme()) && LOOPBACK_HOSTS.contains(String.valueOf(uri.getHost()));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private boolean readable(Setting<?> setting, String file) {
        if (!Files.isRegularFile(Path.of(file)) || !Files.isReadable(Path.of(file))) {
            mistakes.add(setting.name() + ": there is no file '" + file + "' that can be read");
            return false;
        }
        return true;
    }

    private void tokens(Setting<?> setting, String file) {
        if (!readable(setting, file)) {
            return;
        }
        try {
            TokensFile.read(Path.of(file));
        } catch (InvalidConfigurationException e) {
            e.mistakes().forEach(mistake -> mistakes.add(setting.name() + ": " + mistake));
        }
    }

    private void keys(Setting<?> setting, JwtOptions options) {
        try {
            options.requireKeys();
        } catch (IOException e) {
            mistakes.add(setting.name() + ": " + e.getMessage());
        }
    }

    /** The most likely mistake with two files of one kind is to take one for the other. */
    private void pem(Setting<String> setting, String content) {
        if (!readable(setting, get(setting))) {
            return;
        }
        try {
            if (!Files.readString(Path.of(get(setting))).contains(content + "-----")) {
                mistakes.add(setting.name() + ": '" + get(setting) + "' holds no " + content.toLowerCase(Locale.ROOT)
                        + " as PEM");
            }
        } catch (IOException e) {
            mistakes.add(setting.name() + ": '" + get(setting) + "' is no PEM: " + e.getMessage());
        }
    }

    /** All or none of these files. */
    private void together(List<Setting<String>> files) {
        List<Setting<String>> missing =
                files.stream().filter(file -> get(file) == null).toList();
        if (missing.size() == files.size()) {
            return;
        }
        missing.forEach(file -> mistakes.add(file.name() + " is missing beside the other files of its section"));
        files.stream()
                .filter(file -> get(file) != null)
                .forEach(file -> pem(file, file.key().equals("key-file") ? "PRIVATE KEY" : "CERTIFICATE"));
    }

    private void cluster() {
        boolean hasMembers = !get(Settings.CLUSTER_MEMBERS).isEmpty();
        boolean hasService = get(Settings.CLUSTER_KUBERNETES_SERVICE) != null;
        if (hasMembers && hasService) {
            mistakes.add("cluster.members and cluster.kubernetes-service are two ways to find other nodes; set one");
        }
        if (!hasMembers && !hasService) {
            for (Setting<?> setting : Settings.all()) {
                if (setting.section().startsWith("cluster")
                        && configuration.isSet(setting)
                        && setting != Settings.CLUSTER_MEMBERS) {
                    mistakes.add(
                            setting.name() + " is set, but cluster.members is not, so there is no cluster (--join)");
                }
            }
        } else if (isWildcard(get(Settings.CLUSTER_HOST))) {
            mistakes.add("cluster.host is " + get(Settings.CLUSTER_HOST)
                    + ", but must be the address that other nodes reach; cluster.bind-host is the one to listen on");
        }
    }

    private static boolean isWildcard(String host) {
        return host.equals("0.0.0.0") || host.equals("::");
    }

    private void limits() {
        if (get(Settings.LIMIT_INFLATED_BYTES) < get(Settings.LIMIT_MESSAGE_BYTES)) {
            mistakes.add("limits.inflated-bytes must not be less than limits.message-bytes");
        }
    }

    private <T> T get(Setting<T> setting) {
        return configuration.get(setting);
    }
}
