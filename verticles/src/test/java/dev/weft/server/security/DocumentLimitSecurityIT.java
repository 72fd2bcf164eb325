package dev.weft.server.security;

import static dev.weft.server.security.SecureNode.assertRefused;
import static dev.weft.server.security.SecureNode.join;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.protocol.awareness.AwarenessState;
import dev.weft.protocol.awareness.AwarenessUpdate;
import dev.weft.protocol.awareness.ClientAwareness;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.DocumentStatusRequest;
import dev.weft.protocol.message.ErrorCode;
import dev.weft.protocol.message.ErrorMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.Hello;
import dev.weft.protocol.message.Push;
import dev.weft.server.awareness.AwarenessOptions;
import dev.weft.server.awareness.AwarenessPlugin;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestCluster;
import dev.weft.server.limits.DocumentLimits;
import dev.weft.server.limits.Limit;
import dev.weft.server.link.LinkLimits;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What documents may take of a node, on nodes that have little to give. */
class DocumentLimitSecurityIT {
    @Test
    void aNodeWhoseMemoryIsFullTakesNoFurtherDocumentAndKeepsWhatItHas() {
        SecureNode node = SecureNode.small(options -> options.residentBytesMax(1));
        Author author = new Author(1);
        try (RawClient client = join(node.connect(), "first", author)) {
            client.send(new ChangeMessage("first", author.type('a')));
            // Another one each time: what was opened before the memory was counted may stay open.
            TestCluster.eventually(() -> isRefused(node, "another-" + UUID.randomUUID()));
            assertThat(node.reached(Limit.RESIDENT_BYTES)).isPositive();
            join(node.connect(), "first", new Author(2)).close();
        } finally {
            node.close();
        }
    }

    private static boolean isRefused(SecureNode node, String documentId) {
        try (RawClient client = node.connect()) {
            Author author = new Author(3);
            client.send(new HandshakeRequest(documentId, author.peer(), author.holds(), Set.of()));
            return client.next() instanceof ErrorMessage;
        }
    }

    @Test
    void aDocumentHasSoManySessionsOfOneEventLoop() {
        SecureNode node = SecureNode.small(options -> options.gateway(
                GatewayOptions.DEFAULT.withPort(0).withLinks(links(LinkLimits.DEFAULT.ringBytesMax(), 1))));
        Author late = new Author(2);
        try (RawClient first = join(node.connect(), "crowded", new Author(1));
                RawClient second = node.connect()) {
            second.send(new HandshakeRequest("crowded", late.peer(), late.holds(), Set.of()));
            second.next(ErrorMessage.class, error -> error.code().equals(ErrorCode.HANDSHAKE_FAILED));
            assertThat(node.reached(Limit.SESSIONS_PER_DOCUMENT)).isEqualTo(1);
            first.send(new ChangeMessage("crowded", new Author(1).type('a')));
        } finally {
            node.close();
        }
    }

    @Test
    void aRoomHasSoManySessionsOfOneEventLoop() {
        try (SecureNode node = SecureNode.small(options -> options.gateway(
                        GatewayOptions.DEFAULT.withPort(0).withLinks(links(LinkLimits.DEFAULT.ringBytesMax(), 1))));
                RawClient first = node.connect();
                RawClient second = node.connect()) {
            first.hello("crowded");
            second.send(new Hello("crowded", new Author(2).peer(), Set.of()));
            second.next(ErrorMessage.class, error -> error.code().equals(ErrorCode.HANDSHAKE_FAILED));
            assertThat(node.reached(Limit.SESSIONS_PER_DOCUMENT)).isEqualTo(1);
        }
    }

    private static LinkLimits links(int ringBytesMax, int sessionsMax) {
        LinkLimits normal = LinkLimits.DEFAULT;
        return new LinkLimits(
                ringBytesMax,
                normal.recentBytesMax(),
                normal.echoIdsMax(),
                normal.partBytesMax(),
                sessionsMax,
                normal.retryMillis(),
                normal.suspicionMillis(),
                normal.handshakeMillisMax(),
                normal.outOfSyncMillis(),
                normal.resyncSpreadMillis(),
                normal.quietMillisMax(),
                normal.lingerMillis());
    }

    @Test
    void oneDocumentShowsSoManyClients() {
        AwarenessOptions normal = AwarenessOptions.DEFAULT;
        AwarenessOptions one = new AwarenessOptions(
                0, normal.metadataBytesMax(), 1, normal.confirmMillis(), normal.repeatMillis(), normal.refreshMillis());
        SecureNode node = SecureNode.small(options -> options.plugins(List.of(new AwarenessPlugin(one))));
        try (RawClient first = join(node.connect(), "shown", new Author(1));
                RawClient stranger = node.connect()) {
            first.next(AwarenessState.class);
            // Somebody who has come back without a handshake, under the name of his old session.
            stranger.send(new AwarenessUpdate("shown", new ClientAwareness("old", Map.of("a", 1))));
            TestCluster.eventually(() -> node.reached(Limit.PRESENCE_CLIENTS) > 0);
        } finally {
            node.close();
        }
    }

    // Everybody is told of everybody, so a crowd that only looks would cost as much as one that writes.
    @Test
    void whoJoinsBeyondThatIsServedAndNotShown() {
        AwarenessOptions normal = AwarenessOptions.DEFAULT;
        AwarenessOptions one = new AwarenessOptions(
                0, normal.metadataBytesMax(), 1, normal.confirmMillis(), normal.repeatMillis(), normal.refreshMillis());
        try (SecureNode node = SecureNode.small(options -> options.plugins(List.of(new AwarenessPlugin(one))));
                RawClient first = join(node.connect(), "shown", new Author(1));
                RawClient second = join(node.connect(), "shown", new Author(2))) {
            AwarenessState seen = second.next(AwarenessState.class);
            assertThat(seen.awareness().states()).hasSize(1);
            assertThat(node.reached(Limit.PRESENCE_CLIENTS)).isPositive();
            Change change = new Author(1).type('a');
            first.send(new ChangeMessage("shown", change));
            assertThat(second.next(ChangeMessage.class).change()).isEqualTo(change);
        }
    }

    @Test
    void presenceThatChangesAllTheTimeIsShownNowAndThen() {
        AwarenessOptions normal = AwarenessOptions.DEFAULT;
        AwarenessOptions slow = new AwarenessOptions(
                1_000,
                normal.metadataBytesMax(),
                normal.clientsMax(),
                normal.confirmMillis(),
                normal.repeatMillis(),
                normal.refreshMillis());
        try (SecureNode node = SecureNode.small(options -> options.plugins(List.of(new AwarenessPlugin(slow))));
                RawClient busy = join(node.connect(), "moving", new Author(1));
                RawClient watcher = join(node.connect(), "moving", new Author(2))) {
            String self = busy.next(AwarenessState.class)
                    .awareness()
                    .states()
                    .keySet()
                    .iterator()
                    .next();
            for (int i = 1; i <= 50; i++) {
                busy.send(new AwarenessUpdate("moving", new ClientAwareness(self, Map.of("at", "line " + i))));
            }
            int seen = 1;
            while (!watcher.next(AwarenessUpdate.class).state().metadata().equals(Map.of("at", "line 50"))) {
                seen++;
            }
            assertThat(seen).isLessThan(50);
            assertThat(node.reached(Limit.PRESENCE_THROTTLE)).isPositive();
        }
    }

    @Test
    void aDocumentIsFollowedBySoManyEventLoops() {
        try (SecureNode node = SecureNode.small(options -> options.gateways(2)
                        .hosting(HostLimits.builder().followersMax(1).build()));
                RawClient first = join(node.connect(), "followed", new Author(1))) {
            TestCluster.eventually(() -> isRefused(node, "followed"));
            assertThat(node.reached(Limit.FOLLOWERS)).isPositive();
            assertServed(first, "followed");
        }
    }

    @Test
    void soManyChangesMayWaitForOthers() {
        Author author = new Author(1);
        List<Change> changes = author.types("abcdef");
        try (SecureNode node = SecureNode.small(options ->
                        options.hosting(HostLimits.builder().heldAsideMax(2).build()));
                RawClient client = join(node.connect(), "waiting", author)) {
            client.send(new ChangesMessage("waiting", changes.subList(1, 6)));
            node.awaitReached(Limit.HELD_ASIDE);
            client.send(new ChangeMessage("waiting", changes.get(0)));
            TestCluster.eventually(() -> changesOf(client, "waiting").contains(changes.get(0)));
            assertThat(changesOf(client, "waiting")).hasSizeLessThan(6);
        }
    }

    @Test
    void aDocumentAndARoomHaveSoManyBytes() {
        try (SecureNode node = withDocuments(new DocumentLimits(4_000, 100, 100, Long.MAX_VALUE));
                RawClient aware = join(node.connect(), "large", new Author(1));
                RawClient relay = node.connect()) {
            relay.hello("large-room");
            String blob = Base64.getEncoder().encodeToString(new byte[3_000]);
            // What is not durable yet does not count yet.
            TestCluster.eventually(() -> {
                relay.send(new Push("large-room", List.of(blob)));
                return node.reached(Limit.DOCUMENT_BYTES) > 0;
            });
            relay.next(ErrorMessage.class);
            long ofRoom = node.reached(Limit.DOCUMENT_BYTES);
            for (Change change : new Author(1).types("a".repeat(300))) {
                aware.send(new ChangeMessage("large", change));
            }
            assertRefused(aware, "largest size");
            assertThat(node.reached(Limit.DOCUMENT_BYTES)).isGreaterThan(ofRoom);
            assertServed(aware, "large");
        }
    }

    @Test
    void aDocumentHasSoManyPeersAndHandlers() {
        try (SecureNode node = withDocuments(new DocumentLimits(1 << 20, 1, 1, Long.MAX_VALUE));
                RawClient client = join(node.connect(), "varied", new Author(1))) {
            Change first = new Author(1).type('a');
            client.send(new ChangeMessage("varied", first));
            client.send(new ChangeMessage("varied", new Author(2).type('b')));
            assertRefused(client, "as many peers");
            assertThat(node.reached(Limit.PEERS_PER_DOCUMENT)).isEqualTo(1);
            client.send(new ChangeMessage("varied", inAnotherHandler()));
            assertRefused(client, "as many handlers");
            assertThat(node.reached(Limit.HANDLERS_PER_DOCUMENT)).isEqualTo(1);
            TestCluster.eventually(() -> changesOf(client, "varied").equals(List.of(first)));
        }
    }

    /** By the author of number 1. */
    private static Change inAnotherHandler() {
        List<Change> made = new ArrayList<>();
        Document writer = new Document(DocumentOptions.builder()
                .peerId(new Author(1).peer())
                .wallClock(() -> 2_000)
                .build());
        writer.onLocalChange(made::add);
        new TextHandler(writer, "another").insert(0, "x");
        return made.get(0);
    }

    private static SecureNode withDocuments(DocumentLimits limits) {
        return SecureNode.small(options -> options.hosting(HostLimits.DEFAULT.withDocuments(limits)));
    }

    // A store that does not answer: what waits for it must not fill the memory.
    @Test
    void whatIsNotDurableYetIsBoundedAndItsSenderWaits() {
        Promise<Void> again = Promise.promise();
        try (SecureNode node = SecureNode.small(
                        options -> options.gateway(
                                GatewayOptions.DEFAULT.withPort(0).withLinks(links(10_000, 100))),
                        thatHolds("slow", again.future()));
                RawClient writer = join(node.connect(), "slow", new Author(1));
                RawClient other = join(node.connect(), "quick", new Author(2))) {
            List<Change> changes = new Author(1).types("a".repeat(500));
            changes.forEach(change -> writer.send(new ChangeMessage("slow", change)));
            node.awaitReached(Limit.UNCONFIRMED_BYTES);
            assertServed(other, "quick");
            again.complete();
            TestCluster.eventually(() -> {
                writer.send(new DocumentStatusRequest("slow", null));
                return writer.next(DocumentStatus.class).changes().size() == changes.size();
            });
        }
    }

    /** Appends to one document do not begin before it is told to go on. */
    private static DocumentStore thatHolds(String documentId, Future<Void> until) {
        DocumentStore store = InMemoryDocumentStore.unshared();
        return (DocumentStore) Proxy.newProxyInstance(
                DocumentStore.class.getClassLoader(), new Class<?>[] {DocumentStore.class}, (proxy, method, given) -> {
                    boolean isHeld = method.getName().equals("append")
                            && ((DocumentKey) given[0]).id().equals(documentId);
                    return isHeld ? until.compose(on -> invoked(method, store, given)) : method.invoke(store, given);
                });
    }

    private static Future<Void> invoked(Method method, DocumentStore store, Object[] given) {
        try {
            return ((Future<?>) method.invoke(store, given)).mapEmpty();
        } catch (ReflectiveOperationException e) {
            return Future.failedFuture(e);
        }
    }

    /** Those that are durable by now. */
    private static List<Change> changesOf(RawClient client, String documentId) {
        client.send(new DocumentStatusRequest(documentId, null));
        return client.next(DocumentStatus.class).changes();
    }

    private static void assertServed(RawClient client, String documentId) {
        client.send(new DocumentStatusRequest(documentId, null));
        client.next(DocumentStatus.class);
    }
}
