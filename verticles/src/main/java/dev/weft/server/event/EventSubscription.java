package dev.weft.server.event;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listener of an {@link EventStream}. Whatever it does costs only itself: while it is slow its queue fills up, then
 * the newest events are dropped and counted, and once there is room again {@link ServerEvent.EventsDropped} stands in
 * their place; what it throws is logged and counted. Thread-safe.
 */
public final class EventSubscription {
    private static final Logger LOG = LoggerFactory.getLogger(EventSubscription.class);

    /** Events in one go; then whoever shares the executor has a turn. */
    private static final int TURN_EVENTS_MAX = 256;

    private final Set<Class<? extends ServerEvent>> types;
    private final int queueMax;
    private final Consumer<ServerEvent> listener;
    private final EventStream stream;
    private final Executor executor;
    private final ExecutorService ownThread;
    private final Deque<ServerEvent> queue = new ArrayDeque<>();
    private boolean isScheduled;
    private boolean isEnding;
    private long droppedSinceTold;
    private long dropped;
    private long delivered;
    private long failed;

    EventSubscription(EventOptions options, Consumer<ServerEvent> listener, EventStream stream) {
        this.types = options.types();
        this.queueMax = options.queueMax();
        this.listener = listener;
        this.stream = stream;
        this.ownThread = options.executor() == null ? newThread() : null;
        this.executor = ownThread == null ? options.executor() : ownThread;
    }

    private static ExecutorService newThread() {
        return new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1), task -> {
            Thread thread = new Thread(task, "weft-event-listener");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Events lost because the listener was too slow, or its executor did not take them. */
    public synchronized long dropped() {
        return dropped;
    }

    /** Events the listener was given, including those on which it failed. */
    public synchronized long delivered() {
        return delivered;
    }

    /** Events on which the listener threw. */
    public synchronized long failed() {
        return failed;
    }

    /** Ends it at once; what waits is not delivered. */
    public void cancel() {
        stream.forget(this);
        synchronized (this) {
            isEnding = true;
            queue.clear();
            droppedSinceTold = 0;
        }
        endThread();
    }

    /** Ends it when all that waits is delivered. */
    void end() {
        boolean isDone;
        synchronized (this) {
            isEnding = true;
            isDone = !isScheduled;
        }
        if (isDone) {
            endThread();
        }
    }

    private void endThread() {
        if (ownThread != null) {
            ownThread.shutdown();
        }
    }

    boolean wants(Class<? extends ServerEvent> type) {
        return types.isEmpty() || types.contains(type);
    }

    void offer(ServerEvent event) {
        synchronized (this) {
            if (isEnding) {
                return;
            }
            if (queue.size() >= queueMax) {
                dropped++;
                droppedSinceTold++;
                return;
            }
            if (droppedSinceTold > 0) {
                queue.addLast(new ServerEvent.EventsDropped(stream.origin(null, null), droppedSinceTold));
                droppedSinceTold = 0;
            }
            queue.addLast(event);
            if (isScheduled) {
                return;
            }
            isScheduled = true;
        }
        schedule();
    }

    private void schedule() {
        try {
            executor.execute(this::turn);
        } catch (RejectedExecutionException e) {
            LOG.warn("The executor of an event listener takes nothing any more; it is told nothing any more");
            synchronized (this) {
                dropped += queue.size();
            }
            cancel();
        }
    }

    private void turn() {
        for (int i = 0; i < TURN_EVENTS_MAX; i++) {
            ServerEvent event;
            synchronized (this) {
                event = queue.pollFirst();
                if (event == null) {
                    isScheduled = false;
                    if (isEnding) {
                        endThread();
                    }
                    return;
                }
                delivered++;
            }
            deliver(event);
        }
        schedule();
    }

    private void deliver(ServerEvent event) {
        try {
            listener.accept(event);
        } catch (Exception | AssertionError e) {
            long count;
            synchronized (this) {
                count = ++failed;
            }
            // A listener that always throws must not fill the log: the 1st, 2nd, 4th, 8th … time.
            if (Long.bitCount(count) == 1) {
                LOG.error("An event listener failed, {} times so far, on {}", count, event, e);
            }
        }
    }
}
