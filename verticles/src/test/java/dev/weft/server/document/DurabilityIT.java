package dev.weft.server.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.version.VersionVector;
import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.DurableMessage;
import dev.weft.protocol.message.HandshakeRequest;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.kit.Author;
import dev.weft.server.kit.RawClient;
import dev.weft.server.kit.TestNode;
import dev.weft.server.observe.MeteredDocumentStore;
import dev.weft.server.observe.ServerMetrics;
import dev.weft.server.observe.SlowLimits;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people see of each other, and what they are promised, while the store does not answer. */
class DurabilityIT {
    private static final String DOCUMENT = "paper";

    private final HaltingStore store = new HaltingStore();
    private final Author ann = new Author(1);
    private final Author bob = new Author(2);

    /** Takes writes only when it is told to. */
    private static final class HaltingStore extends MeteredDocumentStore {
        private final Promise<Void> goesOn = Promise.promise();

        HaltingStore() {
            super(InMemoryDocumentStore.unshared(), new ServerMetrics(new SimpleMeterRegistry(), SlowLimits.DEFAULT));
        }

        @Override
        public Future<Void> append(DocumentKey key, long epoch, long firstPosition, List<byte[]> blobs) {
            return goesOn.future().compose(now -> super.append(key, epoch, firstPosition, blobs));
        }
    }

    /** At once if that is wanted, else when the owner has lost its patience. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void othersSeeAnEditAndItsAuthorIsPromisedNothing(boolean isRelaxed) {
        HostLimits limits = isRelaxed ? HostLimits.DEFAULT.withTellAheadAfterMillis(0) : HostLimits.DEFAULT;
        try (TestNode node = TestNode.start(store, options -> options.hosting(limits));
                RawClient anns = node.connect();
                RawClient bobs = node.connect()) {
            anns.send(new HandshakeRequest(DOCUMENT, ann.peer(), ann.holds(), Set.of(Capability.ACK)));
            anns.next(HandshakeResponse.class);
            bobs.handshake(DOCUMENT, bob);

            Change typed = ann.type('a');
            anns.send(new ChangeMessage(DOCUMENT, typed));
            assertThat(bobs.next(ChangeMessage.class).change()).isEqualTo(typed);
            assertThat(anns.hasNothing()).isTrue();

            store.goesOn.complete();
            assertThat(anns.next(DurableMessage.class).versionVector())
                    .isEqualTo(VersionVector.builder().update(typed.id()).build());
            assertThat(bobs.hasNothing()).isTrue();
        }
    }
}
