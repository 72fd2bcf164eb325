package dev.weft.server.storage.postgres;

import dev.weft.server.storage.OutcomeUnknownException;
import dev.weft.server.storage.StoreListener;
import dev.weft.server.storage.StoreUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection and the writes that go through it, in their order, one step at a time: while a step is on its way the next gathers.
 * A document belongs to one lane, so its writes cannot overtake each other. All state is confined to the lane's context.
 *
 * <p>When the connection is lost the step at hand may or may not have been committed. Every step is idempotent, so the lane repeats it
 * on the next connection until the outcome is certain or its patience is over; only then it fails, as unknown, and whatever waits
 * behind it fails as unavailable. From then on until the database is back, everything fails at once.
 */
final class Lane extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final long FIRST_DELAY_MILLIS = 50;

    private final PostgresStoreOptions options;
    private final PgConnectOptions server;
    private final LongConsumer released;
    private final StoreListener listener;
    private final Deque<LaneTask<?>> queue = new ArrayDeque<>();
    private final List<LaneTask.Read<?>> readsBehindStep = new ArrayList<>();
    private final Promise<Void> drained = Promise.promise();
    private PgConnection connection;
    private Step step;
    private boolean stepWasSent;
    private long stepBeganNanos;
    private boolean failing;
    private long failingSinceNanos;
    private long delayMillis = FIRST_DELAY_MILLIS;
    private StoreUnavailableException down;
    private boolean closing;

    /** @param released told how many bytes of the queue's bound became free; called on the lane's context */
    Lane(PostgresStoreOptions options, PgConnectOptions server, LongConsumer released, StoreListener listener) {
        this.options = options;
        this.server = server;
        this.released = released;
        this.listener = listener;
    }

    @Override
    public Future<?> start() {
        return connect();
    }

    /** Lets what was accepted finish, or fail when patience is over. */
    @Override
    public Future<?> stop() {
        closing = true;
        advance();
        return drained.future()
                .compose(v -> connection == null
                        ? Future.succeededFuture()
                        : connection.close().otherwiseEmpty());
    }

    /** From any thread; tasks of one thread keep their order. */
    void submit(LaneTask<?> task) {
        context.runOnContext(v -> {
            if (closing) {
                fail(task, new StoreUnavailableException("the store is closed", null));
            } else if (down != null) {
                fail(task, down);
            } else {
                queue.add(task);
                advance();
            }
        });
    }

    private void advance() {
        if (step != null) {
            return;
        }
        while (queue.peek() instanceof LaneTask.Read<?> read) {
            queue.poll();
            read.begin();
        }
        if (!queue.isEmpty()) {
            step = nextStep();
            stepWasSent = false;
            stepBeganNanos = System.nanoTime();
            attempt();
        } else if (closing) {
            drained.tryComplete();
        }
    }

    private Step nextStep() {
        var first = queue.peek();
        if (first instanceof LaneTask.Append) {
            return gatherAppends();
        }
        if (first instanceof LaneTask.Claim claim) {
            var claims = new ClaimStep(claim.create());
            while (queue.peek() instanceof LaneTask.Claim next && claims.accepts(next)) {
                queue.poll();
                claims.add(next);
            }
            return claims;
        }
        queue.poll();
        if (first instanceof LaneTask.Compact compact) {
            return new SingleStep(compact, open -> Transactions.compact(open, compact));
        }
        if (first instanceof LaneTask.Pack pack) {
            return new SingleStep(pack, open -> Transactions.pack(open, pack));
        }
        if (first instanceof LaneTask.Delete delete) {
            return new SingleStep(delete, open -> Transactions.delete(open, delete));
        }
        throw new AssertionError(first);
    }

    private Step gatherAppends() {
        var appends = new AppendStep();
        while (!queue.isEmpty()) {
            var next = queue.peek();
            if (next instanceof LaneTask.Read<?> read) {
                readsBehindStep.add(read);
            } else if (next instanceof LaneTask.Append append
                    && appends.accepts(append, options.limits().batchBytesMax())) {
                appends.add(append);
            } else {
                return appends;
            }
            queue.poll();
        }
        return appends;
    }

    private void attempt() {
        connect()
                .compose(open -> {
                    stepWasSent = true;
                    return step.run(open).timeout(options.statementMillisMax(), TimeUnit.MILLISECONDS);
                })
                .onComplete(outcome -> {
                    if (outcome.succeeded()) {
                        stepDone();
                    } else {
                        stepFailed(outcome.cause());
                    }
                });
    }

    private Future<PgConnection> connect() {
        if (connection != null) {
            return Future.succeededFuture(connection);
        }
        return PgConnection.connect(vertx, server)
                .onSuccess(this::connected)
                .timeout(PostgresDocumentStore.CONNECT_MILLIS_MAX, TimeUnit.MILLISECONDS);
    }

    private void connected(PgConnection open) {
        if (connection != null) {
            // It came after its time, and there is another one already.
            open.close().onFailure(e -> LOG.debug("a late connection did not close", e));
            return;
        }
        connection = open;
        open.closeHandler(v -> {
            if (connection == open) {
                connection = null;
            }
        });
    }

    private void stepDone() {
        long bytes = 0;
        for (var task : step.tasks()) {
            bytes += task.chargedBytes();
        }
        listener.committed(step.tasks().size(), bytes, System.nanoTime() - stepBeganNanos);
        if (failing) {
            LOG.info("the database answers again");
        }
        failing = false;
        delayMillis = FIRST_DELAY_MILLIS;
        step = null;
        released.accept(bytes);
        beginReads();
        advance();
    }

    private void beginReads() {
        var reads = List.copyOf(readsBehindStep);
        readsBehindStep.clear();
        reads.forEach(LaneTask.Read::begin);
    }

    private void stepFailed(Throwable cause) {
        dropConnection();
        if (!Failures.isTransient(cause)) {
            failStep(Failures.refused(cause));
            advance();
            return;
        }
        if (!failing) {
            failing = true;
            failingSinceNanos = System.nanoTime();
            LOG.warn("the database does not answer, trying again: {}", cause.toString());
        }
        long failingMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - failingSinceNanos);
        if (failingMillis < options.unavailableAfterMillis()) {
            after(nextDelayMillis(), this::attempt);
        } else {
            goDown(cause);
        }
    }

    private void goDown(Throwable cause) {
        LOG.error("the database has not answered for {} ms", options.unavailableAfterMillis(), cause);
        down = new StoreUnavailableException("the database cannot be reached: " + cause.getMessage(), cause);
        listener.unavailable(cause);
        failStep(
                stepWasSent
                        ? new OutcomeUnknownException(
                                "the database was lost during a write: " + cause.getMessage(), cause)
                        : down);
        while (!queue.isEmpty()) {
            fail(queue.poll(), down);
        }
        if (closing) {
            drained.tryComplete();
        } else {
            after(nextDelayMillis(), this::comeBack);
        }
    }

    private void comeBack() {
        if (closing) {
            return;
        }
        // Connecting is not enough: a server that recovers lets nobody write.
        connect()
                .compose(open -> open.query("select 1 where not pg_is_in_recovery()")
                        .execute()
                        .timeout(options.statementMillisMax(), TimeUnit.MILLISECONDS))
                .onComplete(outcome -> {
                    if (outcome.succeeded() && outcome.result().size() == 1) {
                        LOG.warn("the database answers again");
                        down = null;
                        failing = false;
                        delayMillis = FIRST_DELAY_MILLIS;
                        listener.available();
                        advance();
                    } else {
                        dropConnection();
                        after(nextDelayMillis(), this::comeBack);
                    }
                });
    }

    private void failStep(RuntimeException failure) {
        var tasks = step.tasks();
        step = null;
        long bytes = 0;
        for (var task : tasks) {
            bytes += task.chargedBytes();
            if (!task.isSettled()) {
                task.fail(failure);
            }
        }
        released.accept(bytes);
        beginReads();
    }

    private void fail(LaneTask<?> task, RuntimeException failure) {
        released.accept(task.chargedBytes());
        task.fail(failure);
    }

    private void dropConnection() {
        if (connection != null) {
            var lost = connection;
            connection = null;
            lost.close().onFailure(e -> LOG.debug("a lost connection did not close", e));
        }
    }

    private long nextDelayMillis() {
        long delay = delayMillis;
        delayMillis = Math.min(delayMillis * 2, options.reconnectDelayMillisMax());
        return delay;
    }

    private void after(long millis, Runnable action) {
        vertx.setTimer(millis, v -> action.run());
    }
}
