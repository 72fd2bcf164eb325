package dev.weft.server.auth;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * From which web pages browsers may connect. A browser sends cookies and reaches its own machine's loopback address
 * whoever wrote the page it shows, and only the Origin header tells. Clients that are no browsers send none and pass.
 */
public final class Origins {
    /** Pages of the host they connect to, whatever the port and scheme. */
    public static final Origins SAME_HOST = new Origins(Kind.SAME_HOST, Set.of());

    /** Pages of this machine. Not by the Host header: a foreign name may be made to point to loopback. */
    public static final Origins LOOPBACK = new Origins(Kind.LOOPBACK, Set.of());

    public static final Origins ANY = new Origins(Kind.ANY, Set.of());

    private static final Set<String> LOOPBACK_HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");

    private enum Kind {
        ANY,
        SAME_HOST,
        LOOPBACK,
        LISTED
    }

    private final Kind kind;
    private final Set<String> listed;

    private Origins(Kind kind, Set<String> listed) {
        this.kind = kind;
        this.listed = listed;
    }

    /** @param origins such as {@code https://app.example.org}, with the port if it is not the scheme's own */
    public static Origins of(Set<String> origins) {
        Set<String> lowerCase = new HashSet<>();
        origins.forEach(origin -> lowerCase.add(origin.toLowerCase(Locale.ROOT)));
        return new Origins(Kind.LISTED, Set.copyOf(lowerCase));
    }

    /** @param origin the header, null if there is none; @param host the Host header */
    public boolean allow(String origin, String host) {
        if (origin == null || kind == Kind.ANY) {
            return true;
        }
        if (kind == Kind.LISTED) {
            return listed.contains(origin.toLowerCase(Locale.ROOT));
        }
        String from = hostOf(origin);
        if (from == null) {
            // "null", from a sandboxed frame or a file, and what is no URL.
            return false;
        }
        return kind == Kind.LOOPBACK
                ? LOOPBACK_HOSTS.contains(from)
                : host != null && Objects.equals(from, hostOf("ws://" + host));
    }

    private static String hostOf(String url) {
        try {
            String host = new URI(url).getHost();
            return host == null ? null : host.toLowerCase(Locale.ROOT);
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
