package dev.weft.server.storage;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.function.Supplier;

/** Brings results back to the thread that asked. For the implementations of {@link DocumentStore}. */
public final class CallerContext {
    private CallerContext() {}

    /** A call whose result completes on the Vert.x context of the caller, if it has one; a throw becomes a failure. */
    public static <T> Future<T> complete(Supplier<Future<T>> call) {
        var context = Vertx.currentContext();
        Future<T> result;
        try {
            result = call.get();
        } catch (StoreException | IllegalArgumentException e) {
            return Future.failedFuture(e);
        }
        if (context == null || result.isComplete()) {
            return result;
        }
        Promise<T> onContext = Promise.promise();
        result.onComplete(outcome -> context.runOnContext(v -> onContext.handle(outcome)));
        return onContext.future();
    }
}
