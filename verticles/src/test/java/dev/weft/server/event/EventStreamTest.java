package dev.weft.server.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.registry.DocumentKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EventStreamTest {
    private final EventStream stream = new EventStream("node-1", () -> 1_000);
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<ServerEvent> heard = new ArrayList<>();

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.removeFirst().run();
        }
    }

    private void tellNodeLeft(String other) {
        stream.tell(ServerEvent.NodeLeft.class, origin -> new ServerEvent.NodeLeft(origin, other));
    }

    private List<String> heardNodes() {
        return heard.stream()
                .map(event -> event instanceof ServerEvent.NodeLeft left
                        ? left.otherNode()
                        : event.getClass().getSimpleName())
                .toList();
    }

    @Test
    void tellsInOrderWithNodeAndTime() {
        stream.subscribe(EventOptions.DEFAULT.on(tasks::add), heard::add);
        tellNodeLeft("a");
        tellNodeLeft("b");
        assertThat(tasks).as("one task for all that waits").hasSize(1);
        runTasks();
        assertThat(heardNodes()).containsExactly("a", "b");
        assertThat(heard.get(0).nodeId()).isEqualTo("node-1");
        assertThat(heard.get(0).timeMillis()).isEqualTo(1_000);
        assertThat(heard.get(0).documentId()).isNull();
    }

    @Test
    void makesNoEventThatNobodyListensTo() {
        stream.subscribe(EventOptions.of(Set.of(ServerEvent.Started.class)).on(tasks::add), heard::add);
        stream.tell(ServerEvent.NodeLeft.class, origin -> {
            throw new AssertionError("made");
        });
        stream.tell(ServerEvent.Started.class, origin -> new ServerEvent.Started(origin, 80));
        runTasks();
        assertThat(heard).hasSize(1);
        assertThat(stream.isWatched(ServerEvent.PingAnswered.class)).isFalse();
    }

    @Test
    void saysHowManyEventsASlowListenerHasLost() {
        EventSubscription slow =
                stream.subscribe(EventOptions.DEFAULT.withQueueMax(2).on(tasks::add), heard::add);
        for (String node : List.of("a", "b", "c", "d")) {
            tellNodeLeft(node);
        }
        runTasks();
        tellNodeLeft("e");
        runTasks();
        assertThat(heardNodes()).containsExactly("a", "b", "EventsDropped", "e");
        assertThat(((ServerEvent.EventsDropped) heard.get(2)).count()).isEqualTo(2);
        assertThat(slow.dropped()).isEqualTo(2);
        assertThat(slow.delivered()).isEqualTo(4);
    }

    @Test
    void goesOnAfterAListenerThrew() {
        EventSubscription broken = stream.subscribe(EventOptions.DEFAULT.on(tasks::add), event -> {
            heard.add(event);
            throw new IllegalStateException("broken listener");
        });
        tellNodeLeft("a");
        tellNodeLeft("b");
        runTasks();
        assertThat(heardNodes()).containsExactly("a", "b");
        assertThat(broken.failed()).isEqualTo(2);
    }

    @Test
    void letsAStalledListenerCostOnlyItself() throws InterruptedException {
        CountDownLatch stalls = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(100);
        EventSubscription stalled = stream.subscribe(EventOptions.DEFAULT.withQueueMax(10), event -> {
            try {
                stalls.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        stream.subscribe(EventOptions.DEFAULT, event -> others.countDown());
        for (int i = 0; i < 100; i++) {
            tellNodeLeft("n");
        }
        assertThat(others.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(stalled.dropped()).isGreaterThanOrEqualTo(89);
        stalls.countDown();
    }

    @Test
    void takesTurnsWithOthersOnTheSameExecutor() {
        stream.subscribe(EventOptions.DEFAULT.on(tasks::add), heard::add);
        for (int i = 0; i < 1_000; i++) {
            tellNodeLeft("n");
        }
        tasks.removeFirst().run();
        assertThat(heard).hasSizeLessThan(1_000);
        runTasks();
        assertThat(heard).hasSize(1_000);
    }

    @Test
    void hearsNothingAfterCancellation() {
        EventSubscription subscription = stream.subscribe(EventOptions.DEFAULT.on(tasks::add), heard::add);
        tellNodeLeft("a");
        subscription.cancel();
        tellNodeLeft("b");
        runTasks();
        assertThat(heard).isEmpty();
    }

    @Test
    void deliversWhatWaitsWhenTheNodeStops() {
        stream.subscribe(EventOptions.DEFAULT.on(tasks::add), heard::add);
        tellNodeLeft("a");
        stream.close();
        runTasks();
        assertThat(heardNodes()).containsExactly("a");
    }

    @Test
    void endsASubscriptionWhoseExecutorTakesNothing() {
        EventSubscription refused = stream.subscribe(
                EventOptions.DEFAULT.on(task -> {
                    throw new RejectedExecutionException("closed");
                }),
                heard::add);
        tellNodeLeft("a");
        tellNodeLeft("b");
        assertThat(refused.dropped()).isEqualTo(1);
        assertThat(stream.isWatched(ServerEvent.NodeLeft.class)).isFalse();
    }

    @Test
    void namesDocumentAndSession() {
        Origin origin = stream.origin(DocumentKey.relay("room"), "session");
        assertThat(origin.documentId()).isEqualTo("room");
        assertThat(origin.kind()).isEqualTo(dev.weft.server.registry.DocumentKind.RELAY);
        assertThat(origin.sessionId()).isEqualTo("session");
        assertThat(stream.originOfUnknown("x", "s").kind()).isNull();
    }
}
