package dev.weft.server.plugin;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Whether something may happen.
 *
 * @param code what a refused client is told, see {@link dev.weft.protocol.message.ErrorCode}; null if it may happen
 */
public record Verdict(String code, String reason) {
    public static final Verdict ALLOW = new Verdict(null, null);

    /** {@link #ALLOW}, for hooks that may also answer later. */
    public static final CompletionStage<Verdict> ALLOWED = CompletableFuture.completedStage(ALLOW);

    public static Verdict refuse(String code, String reason) {
        return new Verdict(Objects.requireNonNull(code), Objects.requireNonNull(reason));
    }

    /** This verdict, for hooks that may also answer later. */
    public CompletionStage<Verdict> now() {
        return CompletableFuture.completedStage(this);
    }

    public boolean isRefusal() {
        return code != null;
    }
}
