package dev.weft.client.awareness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.client.plugin.PluginHost;
import dev.weft.protocol.awareness.AwarenessQuery;
import dev.weft.protocol.awareness.AwarenessState;
import dev.weft.protocol.awareness.AwarenessUpdate;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.protocol.awareness.DocumentAwareness;
import dev.weft.protocol.message.PluginMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Presence as a client shows and sees it: spec protocol 8.3 and 8.6. */
class AwarenessPluginTest {
    private static final String DOC = "doc";

    /** A client whose time is moved by hand. */
    private static final class Host implements PluginHost {
        final List<PluginMessage> sent = new ArrayList<>();
        final TreeMap<Long, List<Runnable>> timers = new TreeMap<>();
        String session;
        boolean full;
        long now;

        @Override
        public String documentId() {
            return DOC;
        }

        @Override
        public String sessionId() {
            return session;
        }

        @Override
        public boolean isConnected() {
            return session != null;
        }

        @Override
        public boolean send(PluginMessage message) {
            if (full) {
                return false;
            }
            sent.add(message);
            return true;
        }

        @Override
        public void run(Runnable task) {
            task.run();
        }

        @Override
        public Runnable schedule(long delayMillis, Runnable task) {
            List<Runnable> due = timers.computeIfAbsent(now + delayMillis, any -> new ArrayList<>());
            due.add(task);
            return () -> due.remove(task);
        }

        @Override
        public long now() {
            return now;
        }

        void pass(long millis) {
            long until = now + millis;
            while (!timers.isEmpty() && timers.firstKey() <= until) {
                Map.Entry<Long, List<Runnable>> next = timers.pollFirstEntry();
                now = next.getKey();
                List.copyOf(next.getValue()).forEach(Runnable::run);
            }
            now = until;
        }

        Object cursorSent(int index) {
            return ((AwarenessUpdate) sent.get(index)).state().metadata().get("cursor");
        }
    }

    private final Host host = new Host();
    private AwarenessPlugin plugin = attached(new AwarenessPlugin());

    private AwarenessPlugin attached(AwarenessPlugin created) {
        created.attach(host);
        return created;
    }

    private void connect(String session) {
        host.session = session;
        plugin.onConnected(session);
    }

    private static AwarenessState everybody(ClientAwareness... clients) {
        Map<String, ClientAwareness> states = new LinkedHashMap<>();
        for (ClientAwareness client : clients) {
            states.put(client.clientId(), client);
        }
        return new AwarenessState(DOC, states);
    }

    @Test
    void showsInitialValuesAtOnceWhenConnected() {
        plugin = attached(new AwarenessPlugin(Map.of("name", "Ann"), 50));
        connect("a");
        assertThat(host.sent)
                .containsExactly(new AwarenessUpdate(DOC, new ClientAwareness("a", Map.of("name", "Ann"))));
        assertThat(plugin.current().states()).containsOnlyKeys("a");
    }

    @Test
    void showsNothingUntilToldTo() {
        connect("a");
        assertThat(host.sent).isEmpty();
        plugin.onMessage(everybody(ClientAwareness.empty("a")));
        assertThat(plugin.current().states()).containsOnlyKeys("a");
    }

    @Test
    void collapsesABurstIntoItsFirstAndItsLastState() {
        connect("a");
        for (int i = 0; i < 12; i++) {
            plugin.updateLocalState(Map.of("cursor", i));
        }
        assertThat(host.sent).hasSize(1);
        host.pass(49);
        assertThat(host.sent).hasSize(1);
        host.pass(1);
        assertThat(host.sent).hasSize(2);
        assertThat(host.cursorSent(0)).isEqualTo(0);
        assertThat(host.cursorSent(1)).isEqualTo(11);
        host.pass(1_000);
        assertThat(host.sent).hasSize(2);
    }

    /** The recorded client moved its cursor every 16 ms and sent 0, 3 and 5. */
    @Test
    void throttlesLikeTheRecordedClient() {
        connect("a");
        for (int i = 0; i <= 5; i++) {
            plugin.updateLocalState(Map.of("cursor", i));
            host.pass(16);
        }
        host.pass(100);
        assertThat(List.of(host.cursorSent(0), host.cursorSent(1), host.cursorSent(2)))
                .containsExactly(0, 3, 5);
        assertThat(host.sent).hasSize(3);
    }

    @Test
    void sendsItsCompleteStateWhenPartOfItChanges() {
        plugin = attached(new AwarenessPlugin(Map.of("name", "Ann"), 0));
        connect("a");
        plugin.updateLocalState(Map.of("cursor", 3));
        assertThat(host.sent)
                .last()
                .isEqualTo(new AwarenessUpdate(DOC, new ClientAwareness("a", Map.of("name", "Ann", "cursor", 3))));
        assertThat(plugin.local()).containsEntry("name", "Ann").containsEntry("cursor", 3);
    }

    @Test
    void keepsWhatIsShownWhileOfflineForTheNextConnection() {
        plugin.updateLocalState(Map.of("name", "Ann"));
        assertThat(host.sent).isEmpty();
        connect("a");
        assertThat(host.sent).hasSize(1);
    }

    @Test
    void theServersWordReplacesEverybodyButOurselves() {
        connect("a");
        plugin.updateLocalState(Map.of("cursor", 7));
        plugin.onMessage(everybody(
                new ClientAwareness("a", Map.of("cursor", 1)), new ClientAwareness("b", Map.of("name", "Bob"))));
        assertThat(plugin.current().states().get("a").metadata()).containsEntry("cursor", 7);
        assertThat(plugin.current().states()).containsOnlyKeys("a", "b");
        plugin.onMessage(everybody(ClientAwareness.empty("c")));
        assertThat(plugin.current().states()).containsOnlyKeys("a", "c");
    }

    @Test
    void anUpdateReplacesOneEntry() {
        connect("a");
        plugin.onMessage(new AwarenessUpdate(DOC, new ClientAwareness("b", Map.of("x", 1))));
        plugin.onMessage(new AwarenessUpdate(DOC, new ClientAwareness("b", Map.of("y", 2))));
        assertThat(plugin.current().states().get("b").metadata()).containsOnlyKeys("y");
    }

    @Test
    void isNoGhostOfItselfAfterAReconnect() {
        plugin = attached(new AwarenessPlugin(Map.of("name", "Ann"), 50));
        connect("a");
        plugin.onMessage(everybody(ClientAwareness.empty("a"), ClientAwareness.empty("b")));
        connect("a2");
        plugin.onMessage(everybody(ClientAwareness.empty("a2"), ClientAwareness.empty("b")));
        assertThat(plugin.current().states()).containsOnlyKeys("a2", "b");
        assertThat(host.sent).hasSize(2);
    }

    @Test
    void sendsItsNewestStateOnceTheServerTakesMoreAgain() {
        connect("a");
        host.full = true;
        plugin.updateLocalState(Map.of("cursor", 1));
        plugin.updateLocalState(Map.of("cursor", 2));
        host.pass(100);
        host.full = false;
        host.pass(1_000);
        assertThat(host.sent).hasSize(1);
        assertThat(host.cursorSent(0)).isEqualTo(2);
    }

    @Test
    void knowsNobodyAfterDisconnecting() {
        connect("a");
        plugin.onMessage(everybody(ClientAwareness.empty("b")));
        plugin.updateLocalState(Map.of("cursor", 1));
        plugin.onDisconnected();
        host.session = null;
        assertThat(plugin.current().states()).isEmpty();
        host.sent.clear();
        host.pass(1_000);
        assertThat(host.sent).isEmpty();
    }

    @Test
    void aListenerThatThrowsKeepsNothingFromBeingSent() {
        List<String> uncaught = new ArrayList<>();
        plugin.onChange(everybody -> {
            throw new IllegalStateException("listener");
        });
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
        thread.setUncaughtExceptionHandler((any, failure) -> uncaught.add(failure.getMessage()));
        try {
            connect("s");
            plugin.updateLocalState(Map.of("name", "Ann"));
        } finally {
            thread.setUncaughtExceptionHandler(before);
        }
        assertThat(uncaught).isNotEmpty().containsOnly("listener");
        assertThat(host.sent).isNotEmpty();
        assertThat(plugin.local()).isEqualTo(Map.of("name", "Ann"));
    }

    @Test
    void refusesValuesThatJsonCannotSayBeforeTheySpoilLaterOnes() {
        connect("s");
        Map<String, Object> values = Map.of("when", new Object());
        assertThatThrownBy(() -> plugin.updateLocalState(values)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new AwarenessPlugin(values, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(plugin.local()).isEmpty();
    }

    @Test
    void asksForEverybody() {
        connect("a");
        plugin.requestState();
        assertThat(host.sent).containsExactly(new AwarenessQuery(DOC));
    }

    @Test
    void tellsListenersOfChangesOnly() {
        List<DocumentAwareness> seen = new ArrayList<>();
        Runnable cancel = plugin.onChange(seen::add);
        connect("a");
        plugin.onMessage(everybody(ClientAwareness.empty("b")));
        plugin.onMessage(everybody(ClientAwareness.empty("b")));
        assertThat(seen).hasSize(1);
        cancel.run();
        plugin.onMessage(everybody(ClientAwareness.empty("c")));
        assertThat(seen).hasSize(1);
    }
}
