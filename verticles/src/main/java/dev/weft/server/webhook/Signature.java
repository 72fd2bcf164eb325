package dev.weft.server.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How an endpoint knows that a notice is ours and new: the header {@code Weft-Signature: t=SECONDS,v1=HEX}, where HEX is the
 * HMAC-SHA256, keyed with the secret, of SECONDS, a dot and the body.
 */
public final class Signature {
    public static final String HEADER = "Weft-Signature";
    private static final String ALGORITHM = "HmacSHA256";

    private Signature() {}

    /** @param seconds of the wall clock, when it is sent; an endpoint refuses what is old */
    public static String of(byte[] body, String secret, long seconds) {
        return "t=" + seconds + ",v1=" + HexFormat.of().formatHex(hmac(body, secret, seconds));
    }

    /** For endpoints in Java. @param toleranceSeconds how far the clocks may be apart */
    public static boolean isValid(String header, byte[] body, String secret, long nowSeconds, long toleranceSeconds) {
        int comma = header == null ? -1 : header.indexOf(",v1=");
        if (comma < 0 || !header.startsWith("t=")) {
            return false;
        }
        long seconds;
        byte[] shown;
        try {
            seconds = Long.parseLong(header.substring(2, comma));
            shown = HexFormat.of().parseHex(header.substring(comma + 4));
        } catch (IllegalArgumentException e) {
            return false;
        }
        return Math.abs(nowSeconds - seconds) <= toleranceSeconds
                && MessageDigest.isEqual(shown, hmac(body, secret, seconds));
    }

    private static byte[] hmac(byte[] body, String secret, long seconds) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            mac.update((seconds + ".").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("Every Java has " + ALGORITHM, e);
        }
    }
}
