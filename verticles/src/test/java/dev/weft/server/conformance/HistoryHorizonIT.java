package dev.weft.server.conformance;

import static dev.weft.server.kit.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.handler.map.MapHandler;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.protocol.message.Message;
import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.document.host.HistoryHorizon;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.SocketStockHost;
import dev.weft.server.limits.Limit;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentInfo;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A document whose older history was replaced by a snapshot, and the people who come to it: those who have the history, those
 * who never had it, and those who were away when it went. The horizon is a moment, so that what a node finds when it is started
 * is behind it when the next one is.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class HistoryHorizonIT {
    private static final Vertx VERTX = Vertx.vertx();
    private static final HistoryHorizon A_MOMENT = new HistoryHorizon(1, 4);
    private static final int CHANGES_OF_A_WRITE = 3;

    private final InMemoryDocumentStore.Contents contents = new InMemoryDocumentStore.Contents();
    private final String documentId = "horizon-" + UUID.randomUUID();
    private final List<Reader> readers = new ArrayList<>();
    private Server server;

    /** What somebody on a connection was told. */
    private static final class Heard implements SocketStockHost.Witness {
        final Queue<Message> heard = new ConcurrentLinkedQueue<>();

        @Override
        public void said(Message message) {}

        @Override
        public void heard(Message message) {
            heard.add(message);
        }

        long snapshots() {
            return heard.stream()
                    .filter(message -> message instanceof HandshakeResponse response && response.snapshot() != null
                            || message instanceof DocumentStatus status && status.snapshot() != null)
                    .count();
        }

        long refusals() {
            return heard.stream()
                    .filter(message -> message instanceof ErrorMessage error
                            && error.code().equals(ErrorCode.INVALID_MESSAGE)
                            && error.message().contains("older than the history"))
                    .count();
        }
    }

    /** Somebody with a text and a map of the document open. */
    private final class Reader {
        final Heard heard = new Heard();
        final Person person;
        final TextHandler text;
        final MapHandler<String> map;

        Reader(String name, boolean isStock) {
            person = isStock
                    ? Person.withStockClient(VERTX, name, documentId, false, () -> server.port(), () -> heard)
                    : Person.withJavaClient(VERTX, name, documentId, false, List.of(server.port()));
            text = new TextHandler(person.document, "plain");
            map = new MapHandler<>(person.document, "map", DartType.STRING);
            readers.add(this);
        }

        Reader connected() {
            assertThat(RawClient.await(person.connect())).isTrue();
            return this;
        }

        void edit(Consumer<Reader> action) {
            RawClient.await(person.onOwnThread(() -> {
                action.accept(this);
                return null;
            }));
        }

        void write(String words) {
            edit(me -> {
                me.text.insert(me.text.length() / 2, words);
                me.map.set("last", words);
                me.map.set(words, "is there");
            });
        }

        String content() {
            return RawClient.await(person.onOwnThread(() -> text.value() + " " + map.value()));
        }

        void leave() {
            RawClient.await(person.close());
        }
    }

    private void start() {
        server = RawClient.await(Server.start(
                ServerOptions.DEFAULT
                        .withGateway(
                                GatewayOptions.DEFAULT.withHost("localhost").withPort(0))
                        .toBuilder()
                        .history(A_MOMENT)
                        .build(),
                InMemoryDocumentStore.over(contents)));
    }

    /** All sockets die; the document is loaded again when the first comes back. */
    private void restart() {
        RawClient.await(server.stop());
        start();
    }

    private DocumentInfo stored() {
        InMemoryDocumentStore store = InMemoryDocumentStore.over(contents);
        RawClient.await(store.open());
        return RawClient.await(store.find(DocumentKey.aware(documentId))).orElseThrow();
    }

    @AfterEach
    void stop() {
        readers.forEach(reader -> RawClient.await(reader.person.close()));
        RawClient.await(server.stop());
    }

    @AfterAll
    static void stopVertx() {
        RawClient.await(VERTX.close());
    }

    private static void eventuallyAlike(Reader... together) {
        eventually(() -> {
            for (Reader reader : together) {
                if (!reader.content().equals(together[0].content())
                        || !reader.person
                                .document
                                .versionVector()
                                .equals(together[0].person.document.versionVector())) {
                    return false;
                }
            }
            return true;
        });
    }

    /** What is there now arrived before the next two starts of a node: it is marked at one and replaced at the other. */
    private void becomesOld(Reader... present) {
        for (int i = 0; i < 2; i++) {
            restart();
            long before = stored().lastPosition();
            present[0].write("after start " + i);
            eventually(() -> stored().lastPosition() >= before + CHANGES_OF_A_WRITE);
            eventuallyAlike(present);
        }
    }

    @Test
    void whoWasInSyncWithinTheHorizonEndsEqualHoweverLateItsEditsCome() {
        start();
        Reader ann = new Reader("ann", true).connected();
        Reader ben = new Reader("ben", false).connected();
        Reader carl = new Reader("carl", true).connected();
        ann.write("one");
        eventuallyAlike(ann, ben, carl);
        ben.write("two");
        carl.write("three");
        eventuallyAlike(ann, ben, carl);
        carl.leave();
        becomesOld(ann);
        assertThat(stored().snapshotPosition()).isGreaterThanOrEqualTo(3 * CHANGES_OF_A_WRITE);

        // Of the ones who were there when it was marked, one edits on top of the history it has, not knowing of the
        // rest.
        carl.write("late");
        ann.write("meanwhile");
        Reader dora = new Reader("dora", true).connected();
        Reader emil = new Reader("emil", false).connected();
        eventuallyAlike(ann, dora, emil);
        dora.write("by dora");
        emil.write("by emil");
        carl.connected();
        eventuallyAlike(ann, carl, dora, emil);
        assertThat(carl.content())
                .contains("late")
                .contains("by dora")
                .contains("by emil")
                .contains("one");
        assertThat(dora.heard.snapshots()).as("somebody new").isEqualTo(1);
        assertThat(carl.heard.snapshots()).as("somebody who has it all").isZero();
        assertThat(ann.heard.snapshots()).isZero();
        assertThat(server.reached(Limit.HISTORY_HORIZON)).isZero();

        // And once more, when what the snapshot stands for becomes more.
        dora.leave();
        becomesOld(ann, carl);
        dora.write("by dora again");
        dora.connected();
        Reader fred = new Reader("fred", true).connected();
        eventuallyAlike(ann, carl, dora, fred);
        assertThat(fred.heard.snapshots()).isEqualTo(1);
    }

    @Test
    void whoWasAwayForLongerIsGivenTheDocumentAndToldThatItsOldEditsAreNotTaken() {
        start();
        Reader ann = new Reader("ann", true).connected();
        Reader dora = new Reader("dora", true).connected();
        ann.write("one");
        eventuallyAlike(ann, dora);
        dora.leave();
        dora.write("offline");
        ann.write("two");
        eventually(() -> stored().lastPosition() == 2 * CHANGES_OF_A_WRITE);
        becomesOld(ann);
        Reader ben = new Reader("ben", true).connected();
        eventuallyAlike(ann, ben);

        dora.connected();
        eventually(() -> dora.heard.refusals() > 0);
        assertThat(server.reached(Limit.HISTORY_HORIZON)).isPositive();
        assertThat(dora.heard.snapshots()).isEqualTo(1);
        // It has what all others have, and keeps its own edits beside it, for its application to do with as it likes.
        assertThat(dora.content()).contains("two").contains("offline");
        // What builds on them is not taken either.
        dora.write("more");
        ann.write("three");
        Reader carl = new Reader("carl", true).connected();
        eventuallyAlike(ann, ben, carl);
        assertThat(ann.content()).doesNotContain("offline").doesNotContain("more");

        // The way back is a replica that begins anew.
        dora.leave();
        Reader again = new Reader("dora again", true).connected();
        again.write("at last");
        eventuallyAlike(ann, ben, carl, again);
        assertThat(carl.content()).contains("at last");
    }

    @Test
    void whatNobodyHereUnderstandsIsNeverReplaced() {
        start();
        Reader ann = new Reader("ann", true);
        ann.edit(me -> me.person.document.importChanges(List.of(Change.of(
                new OperationId(PeerId.of(UUID.randomUUID()), HybridTimestamp.of(5, 0)),
                List.of(),
                Envelope.encode("Drawing", "d", 0, new byte[] {1, 2, 3})))));
        ann.connected();
        ann.write("one");
        ann.write("two");
        Reader ben = new Reader("ben", true).connected();
        eventuallyAlike(ann, ben);
        becomesOld(ann);

        assertThat(stored().snapshotPosition())
                .as("the one place a store needs")
                .isEqualTo(1);
        Reader carl = new Reader("carl", true).connected();
        eventuallyAlike(ann, carl);
        assertThat(carl.heard.snapshots()).isZero();
        assertThat(RawClient.await(carl.person.onOwnThread(() -> carl.person.document.changeCountOf("d"))))
                .isEqualTo(1);
    }

    @Test
    void aSnapshotLargerThanAnyMessageOfAClientReachesWhoeverIsNew() {
        start();
        Reader ann = new Reader("ann", true).connected();
        int parts = 24;
        for (int i = 0; i < parts; i++) {
            String part = "part " + i + " " + "x".repeat(256 << 10);
            ann.edit(me -> me.text.insert(me.text.length(), part));
            int written = i + 1;
            eventually(() -> stored().lastPosition() == written);
        }
        becomesOld(ann);

        Reader ben = new Reader("ben", true).connected();
        Reader carl = new Reader("carl", false).connected();
        eventuallyAlike(ann, ben, carl);
        assertThat(ben.content()).hasSizeGreaterThan(parts * (256 << 10)).contains("part " + (parts - 1));
        assertThat(ben.heard.snapshots()).isEqualTo(1);
    }
}
