package dev.weft.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.protocol.message.Ping;
import dev.weft.protocol.message.Pong;
import dev.weft.testkit.stock.StockAwareClient;
import dev.weft.testkit.stock.StockHost;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Our double of the reference's client must not hang where the reference does not, however often it pings. */
class StockClientPatienceTest {
    private static final String DOCUMENT = "paper";
    private static final int PING_MILLIS = 1_000;

    /** Virtual time, and a server that takes half a second for everything, or does not answer. */
    private static final class SlowServer implements StockHost {
        private static final int ANSWER_MILLIS = 500;

        private record Due(long atMillis, long number, Runnable action) implements Comparable<Due> {
            @Override
            public int compareTo(Due other) {
                return atMillis != other.atMillis
                        ? Long.compare(atMillis, other.atMillis)
                        : Long.compare(number, other.number);
            }
        }

        private final PriorityQueue<Due> schedule = new PriorityQueue<>();
        private long now;
        private long scheduled;
        StockAwareClient client;
        boolean isSilent;

        void pass(long millis) {
            long until = now + millis;
            while (!schedule.isEmpty() && schedule.peek().atMillis() <= until) {
                Due next = schedule.poll();
                now = next.atMillis();
                next.action().run();
            }
            now = until;
        }

        @Override
        public long nowMillis() {
            return now;
        }

        @Override
        public void after(long millis, Runnable action) {
            schedule.add(new Due(now + millis, scheduled++, action));
        }

        @Override
        public long jitter(long millis) {
            return 0;
        }

        @Override
        public void open(Consumer<Socket> opened, Runnable failed) {
            after(1, () -> opened.accept(new SlowSocket()));
        }

        private final class SlowSocket implements Socket {
            @Override
            public void send(Message message) {
                if (isSilent) {
                    return;
                }
                if (message instanceof HandshakeRequest) {
                    answer(new HandshakeResponse(DOCUMENT, null, List.of(), "session", VersionVector.EMPTY, Set.of()));
                } else if (message instanceof Ping ping) {
                    answer(new Pong(DOCUMENT, ping.timestamp(), 0));
                }
            }

            private void answer(Message message) {
                after(ANSWER_MILLIS, () -> client.received(this, message));
            }

            @Override
            public void letGo() {
                // What was answered on it is not heard: the client looks which socket it has.
            }
        }
    }

    @Test
    void comesBackAfterASilenceOfTheServer() {
        SlowServer server = new SlowServer();
        server.client = new StockAwareClient(server, DOCUMENT, new Document(PeerId.of(UUID.randomUUID())), PING_MILLIS);
        server.client.connect(connected -> {});
        server.pass(5_000);
        assertThat(server.client.isHandshakeComplete()).isTrue();
        server.isSilent = true;
        server.pass(40_000);
        assertThat(server.client.isHandshakeComplete()).isFalse();
        server.isSilent = false;
        server.pass(60_000);
        assertThat(server.client.isHandshakeComplete()).isTrue();
        assertThat(server.client.isReconnecting()).isFalse();
    }
}
