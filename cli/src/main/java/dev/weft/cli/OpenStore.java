package dev.weft.cli;

import dev.weft.cli.config.ConfigurationFlags;
import dev.weft.cli.config.NodeSettings;
import dev.weft.server.storage.DocumentStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Model.CommandSpec;

/** The store that the flags, the environment and the file name, without a node around it. */
record OpenStore(Vertx vertx, DocumentStore store) implements AutoCloseable {
    private static final long SECONDS_MAX = 60;

    static NodeSettings settings(CommandSpec spec) {
        return ConfigurationFlags.settings(spec.commandLine().getParseResult(), System.getenv());
    }

    static OpenStore of(NodeSettings settings) {
        Vertx vertx = Vertx.vertx();
        OpenStore opened = new OpenStore(vertx, settings.store(vertx));
        try {
            await(opened.store.open());
            return opened;
        } catch (CommandFailedException e) {
            await(vertx.close());
            throw e;
        }
    }

    @Override
    public void close() {
        await(store.close().eventually(vertx::close));
    }

    private static void await(Future<Void> call) {
        try {
            call.toCompletionStage().toCompletableFuture().get(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new CommandFailedException("the store: " + Failures.describe(e), e);
        } catch (TimeoutException e) {
            throw new CommandFailedException("the store has not answered within " + SECONDS_MAX + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException("interrupted", e);
        }
    }
}
