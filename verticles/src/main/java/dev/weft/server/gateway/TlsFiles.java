package dev.weft.server.gateway;

import java.nio.file.Path;
import java.util.Objects;

/**
 * What a gateway shows to clients, as PEM. The files are looked at from time to time, and a new certificate serves new
 * connections without a restart.
 *
 * @param certificate of the node, with those between it and the root behind it
 * @param key private key of the first
 * @param reloadMillis how often to look whether they have changed
 */
public record TlsFiles(Path certificate, Path key, int reloadMillis) {
    public static final int RELOAD_MILLIS = 10_000;

    public TlsFiles {
        Objects.requireNonNull(certificate, "certificate");
        Objects.requireNonNull(key, "key");
    }
}
