package dev.weft.server.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.server.event.EventOptions;
import dev.weft.server.event.EventStream;
import dev.weft.server.event.ServerEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PluginChainTest {
    private static final Message PING = new Ping("doc", 1, null);

    private final List<String> asked = new ArrayList<>();
    private final List<ServerEvent> events = new ArrayList<>();
    private final EventStream stream = new EventStream("node", () -> 0);
    private long nanos;

    private PluginChain chain(ServerPlugin... plugins) {
        stream.subscribe(EventOptions.DEFAULT.on(Runnable::run), events::add);
        return new PluginChain(List.of(plugins), () -> nanos, stream);
    }

    private ServerPlugin plugin(String name, Verdict verdict, long takesMillis) {
        return new ServerPlugin() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Verdict receiving(String sessionId, Message message) {
                asked.add(name);
                nanos += takesMillis * 1_000_000;
                if (verdict == null) {
                    throw new IllegalStateException("broken");
                }
                return verdict;
            }
        };
    }

    @Test
    void asksInOrderUntilOneRefuses() {
        PluginChain chain = chain(
                plugin("a", Verdict.ALLOW, 0),
                plugin("b", Verdict.refuse("NO", "not today"), 0),
                plugin("c", Verdict.ALLOW, 0));
        assertThat(chain.receiving("session", PING).code()).isEqualTo("NO");
        assertThat(asked).containsExactly("a", "b");
        assertThat(events).isEmpty();
    }

    @Test
    void takesAPluginThatThrowsForOneThatRefuses() {
        PluginChain chain = chain(plugin("broken", null, 0), plugin("next", Verdict.ALLOW, 0));
        assertThat(chain.receiving("session", PING).isRefusal()).isTrue();
        assertThat(asked).containsExactly("broken");
        assertThat(((ServerEvent.PluginFailed) events.get(0)).plugin()).isEqualTo("broken");
    }

    @Test
    void tellsWhoHeldUpTheEventLoop() {
        chain(plugin("slow", Verdict.ALLOW, PluginChain.SLOW_MILLIS), plugin("quick", Verdict.ALLOW, 1))
                .receiving("session", PING);
        assertThat(events).hasSize(1);
        ServerEvent.PluginSlow slow = (ServerEvent.PluginSlow) events.get(0);
        assertThat(slow.plugin()).isEqualTo("slow");
        assertThat(slow.hook()).isEqualTo("receiving");
        assertThat(slow.millis()).isEqualTo(PluginChain.SLOW_MILLIS);
    }

    @Test
    void refusesNamesThatCannotTellPluginsApart() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> chain(plugin("a", Verdict.ALLOW, 0), plugin("a", Verdict.ALLOW, 0)));
        assertThatIllegalArgumentException().isThrownBy(() -> chain(plugin("", Verdict.ALLOW, 0)));
    }
}
