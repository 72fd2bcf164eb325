package dev.weft.server.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.clock.WallClock;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.memory.InMemoryOwnershipRegistry;
import dev.weft.server.storage.DocumentInfo;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.InMemoryDocumentStore;
import dev.weft.server.storage.StoreUnavailableException;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HealthChecksTest {
    private final MockClock clock = new MockClock();
    private final ServerMetrics metrics =
            new ServerMetrics(new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock), SlowLimits.DEFAULT);

    private HealthChecks checks(DocumentStore store) {
        return new HealthChecks(store, InMemoryOwnershipRegistry.alone("n1"), metrics);
    }

    private static DocumentStore openStore() {
        DocumentStore store = InMemoryDocumentStore.perNode(WallClock.SYSTEM);
        store.open();
        return store;
    }

    @Test
    void isNotReadyBeforeItHasStarted() {
        HealthChecks checks = checks(openStore());
        assertThat(checks.ready().result().isUp()).isFalse();
        checks.started();
        assertThat(checks.ready().result().isUp()).isTrue();
    }

    @Test
    void isNotReadyWithoutItsStoreAndSaysWhy() {
        DocumentStore broken = new MeteredDocumentStore(openStore(), metrics) {
            @Override
            public Future<Optional<DocumentInfo>> find(DocumentKey key) {
                return Future.failedFuture(new StoreUnavailableException("the disk is gone", null));
            }
        };
        HealthChecks checks = checks(broken);
        checks.started();
        Health health = checks.ready().result();
        assertThat(health.isUp()).isFalse();
        assertThat(health.checks()).contains(Health.Part.down("store", "the disk is gone"));
        assertThat(checks.live().isUp()).isTrue();
    }

    @Test
    void asksTheStoreOnceASecondAtMost() {
        int[] asked = {0};
        HealthChecks checks = checks(new MeteredDocumentStore(openStore(), metrics) {
            @Override
            public Future<Optional<DocumentInfo>> find(DocumentKey key) {
                asked[0]++;
                return super.find(key);
            }
        });
        checks.ready();
        checks.ready();
        assertThat(asked[0]).isEqualTo(1);
        clock.add(Duration.ofSeconds(1));
        checks.ready();
        assertThat(asked[0]).isEqualTo(2);
    }

    @Test
    void aGatewayThatHangsMakesTheNodeDead() {
        metrics.addGateway(() -> new GatewayLoad(0, 0, 0, 0, 0, 0));
        clock.add(Duration.ofSeconds(30));
        Health health = checks(openStore()).live();
        assertThat(health.isUp()).isFalse();
        assertThat(health.checks().get(0).reason()).isEqualTo("an event loop has not run for 30 s");
    }
}
