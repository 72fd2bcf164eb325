package dev.weft.server.auth.jwt;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys from files. Blocks. */
final class KeyFiles {
    /** Shorter secrets can be found by trying (RFC 7518, 3.2, asks for the size of the hash). */
    static final int SECRET_BYTES_MIN = 32;

    private static final int RSA_BITS_MIN = 2_048;
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN (PUBLIC KEY|CERTIFICATE)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    private KeyFiles() {}

    /** @throws IOException if a file cannot be read or holds no key, in words for the operator */
    static List<JWK> read(JwtOptions options) throws IOException {
        List<JWK> keys = new ArrayList<>();
        for (Path file : options.keyFiles()) {
            keys.addAll(read(file));
        }
        if (options.secretFile() != null) {
            byte[] secret = Files.readString(options.secretFile()).strip().getBytes(StandardCharsets.UTF_8);
            if (secret.length < SECRET_BYTES_MIN) {
                throw new IOException(
                        options.secretFile() + " holds a secret of fewer than " + SECRET_BYTES_MIN + " bytes");
            }
            keys.add(new OctetSequenceKey.Builder(secret).build());
        }
        return keys;
    }

    private static List<JWK> read(Path file) throws IOException {
        String text = Files.readString(file).strip();
        try {
            List<JWK> keys = text.startsWith("{") ? publicKeys(text) : pemKeys(text);
            if (keys.isEmpty()) {
                throw new IOException(file + " holds no public key, as PEM or JWK set");
            }
            return keys;
        } catch (GeneralSecurityException | ParseException | IllegalArgumentException e) {
            throw new IOException(file + " holds no key that can be read: " + e.getMessage(), e);
        }
    }

    /** Of a JWK set the public keys. A secret in it is left out: whoever publishes one has given it away. */
    static List<JWK> publicKeys(String json) throws ParseException {
        if (!json.strip().startsWith("{")) {
            // Put between brackets, nothing at all would be a set without keys.
            throw new ParseException("no JSON object", 0);
        }
        String set = json.contains("\"keys\"") ? json : "{\"keys\":[" + json + "]}";
        List<JWK> keys = new ArrayList<>();
        for (JWK key : JWKSet.parse(set).toPublicJWKSet().getKeys()) {
            if (key instanceof RSAKey rsa && rsa.size() >= RSA_BITS_MIN || key instanceof ECKey) {
                keys.add(key);
            }
        }
        return keys;
    }

    private static List<JWK> pemKeys(String text) throws GeneralSecurityException {
        List<JWK> keys = new ArrayList<>();
        Matcher blocks = PEM.matcher(text);
        while (blocks.find()) {
            byte[] der = Base64.getMimeDecoder().decode(blocks.group(2));
            keys.add(jwk(blocks.group(1).equals("CERTIFICATE") ? certified(der) : publicKey(der)));
        }
        return keys;
    }

    private static PublicKey certified(byte[] der) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der))
                .getPublicKey();
    }

    private static PublicKey publicKey(byte[] der) throws GeneralSecurityException {
        X509EncodedKeySpec spec = new X509EncodedKeySpec(der);
        try {
            return KeyFactory.getInstance("RSA").generatePublic(spec);
        } catch (GeneralSecurityException notRsa) {
            // The block does not say of which kind it is.
            return KeyFactory.getInstance("EC").generatePublic(spec);
        }
    }

    private static JWK jwk(PublicKey key) throws GeneralSecurityException {
        if (key instanceof RSAPublicKey rsa) {
            if (rsa.getModulus().bitLength() < RSA_BITS_MIN) {
                throw new GeneralSecurityException("an RSA key needs " + RSA_BITS_MIN + " bits or more");
            }
            return new RSAKey.Builder(rsa).build();
        }
        if (key instanceof ECPublicKey ec) {
            return new ECKey.Builder(Curve.forECParameterSpec(ec.getParams()), ec).build();
        }
        throw new GeneralSecurityException("only RSA and EC keys are supported");
    }
}
