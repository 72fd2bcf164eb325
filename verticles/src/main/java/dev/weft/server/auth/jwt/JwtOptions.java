package dev.weft.server.auth.jwt;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Which signed tokens are believed.
 *
 * @param algorithms names as in RFC 7518; nothing else is accepted, whatever a token says of itself
 * @param keyFiles public keys as PEM, certificates as PEM, or JWK sets as JSON; read again when they change
 * @param secretFile the shared secret of HS algorithms, without surrounding white space; null if none
 * @param jwksUrl where a JWK set with public keys is fetched; null if nowhere
 * @param issuer what {@code iss} must be; null for any
 * @param audiences one of which {@code aud} must name; empty for any
 * @param leewaySeconds how far the clocks of issuer and node may differ
 * @param claim the claim that grants: {@code {"read": [pattern…], "write": [pattern…], "peers": [uuid…]}}
 * @param refreshMillis how often keys are fetched and files looked at
 */
public record JwtOptions(
        Set<String> algorithms,
        List<Path> keyFiles,
        Path secretFile,
        URI jwksUrl,
        String issuer,
        Set<String> audiences,
        int leewaySeconds,
        String claim,
        int refreshMillis) {
    public static final Set<String> SUPPORTED = Set.of(
            "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

    public static final JwtOptions DEFAULT =
            new JwtOptions(Set.of("RS256", "ES256"), List.of(), null, null, null, Set.of(), 30, "weft", 300_000);

    public JwtOptions {
        algorithms = Set.copyOf(algorithms);
        keyFiles = List.copyOf(keyFiles);
        audiences = Set.copyOf(audiences);
        if (algorithms.isEmpty() || !SUPPORTED.containsAll(algorithms)) {
            throw new IllegalArgumentException("algorithms are " + algorithms + ", must be among " + SUPPORTED);
        }
    }

    /** Looks into the files, which blocks. @throws IOException if one cannot be read or holds no key, in words for the operator */
    public void requireKeys() throws IOException {
        KeyFiles.read(this);
    }

    public JwtOptions withAlgorithms(String... values) {
        return new JwtOptions(
                Set.of(values), keyFiles, secretFile, jwksUrl, issuer, audiences, leewaySeconds, claim, refreshMillis);
    }

    public JwtOptions withKeyFiles(List<Path> values) {
        return new JwtOptions(
                algorithms, values, secretFile, jwksUrl, issuer, audiences, leewaySeconds, claim, refreshMillis);
    }

    public JwtOptions withSecretFile(Path value) {
        return new JwtOptions(
                algorithms, keyFiles, value, jwksUrl, issuer, audiences, leewaySeconds, claim, refreshMillis);
    }

    public JwtOptions withJwksUrl(URI value) {
        return new JwtOptions(
                algorithms, keyFiles, secretFile, value, issuer, audiences, leewaySeconds, claim, refreshMillis);
    }

    public JwtOptions withIssuer(String value) {
        return new JwtOptions(
                algorithms, keyFiles, secretFile, jwksUrl, value, audiences, leewaySeconds, claim, refreshMillis);
    }

    public JwtOptions withAudiences(String... values) {
        return new JwtOptions(
                algorithms, keyFiles, secretFile, jwksUrl, issuer, Set.of(values), leewaySeconds, claim, refreshMillis);
    }

    public JwtOptions withLeewaySeconds(int value) {
        return new JwtOptions(
                algorithms, keyFiles, secretFile, jwksUrl, issuer, audiences, value, claim, refreshMillis);
    }
}
