package dev.weft.server.registry.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.registry.OwnershipRegistryContract;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HazelcastOwnershipRegistryIT extends OwnershipRegistryContract {
    private static TestCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = new TestCluster(3);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Override
    protected OwnershipRegistry node(int index) {
        return cluster.node(index).registry();
    }

    @Test
    void answersOnTheCallersContext() {
        Context caller = cluster.node(0).vertx().vertx().getOrCreateContext();
        Promise<Boolean> sameContext = Promise.promise();
        caller.runOnContext(v -> node(0).lookup(key)
                .onComplete(found ->
                        sameContext.complete(cluster.node(0).vertx().vertx().getOrCreateContext() == caller)));
        assertThat(await(sameContext.future())).isTrue();
    }
}
