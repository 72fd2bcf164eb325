package dev.weft.server.plugin;

import java.util.Objects;

/**
 * Whether something may happen.
 *
 * @param code what a refused client is told, see {@link dev.weft.protocol.message.ErrorCode}; null if it may happen
 */
public record Verdict(String code, String reason) {
    public static final Verdict ALLOW = new Verdict(null, null);

    public static Verdict refuse(String code, String reason) {
        return new Verdict(Objects.requireNonNull(code), Objects.requireNonNull(reason));
    }

    public boolean isRefusal() {
        return code != null;
    }
}
