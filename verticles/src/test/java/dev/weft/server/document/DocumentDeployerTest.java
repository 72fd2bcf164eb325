package dev.weft.server.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.clock.WallClock;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.NodeInbox;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.bus.OwnerMessage.Invite.Step;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.event.EventStream;
import dev.weft.server.limits.LimitCounters;
import dev.weft.server.limits.NodeLimits;
import dev.weft.server.limits.ResidentBytes;
import dev.weft.server.observe.ServerMetrics;
import dev.weft.server.observe.SlowLimits;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.OwnershipTiming;
import dev.weft.server.registry.memory.InMemoryOwnershipRegistry;
import dev.weft.server.storage.InMemoryDocumentStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DocumentDeployerTest {
    private static final String NODE = "here";
    private static final DocumentKey KEY = DocumentKey.aware("paper");
    private static final LinkAddress LINK = new LinkAddress(NODE, 0, 1);

    private final BlockingQueue<LinkMessage> told = new LinkedBlockingQueue<>();
    private Vertx vertx;
    private DocumentDeployer deployer;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        NodeInbox inbox = new NodeInbox(vertx, NODE);
        inbox.addGateway(LINK.gateway(), told::add);
        EventStream events = new EventStream(NODE, WallClock.SYSTEM);
        PluginChain plugins = new PluginChain(List.of(), System::nanoTime, events);
        deployer = new DocumentDeployer(
                vertx,
                InMemoryOwnershipRegistry.alone(NODE),
                InMemoryDocumentStore.unshared(),
                inbox,
                new AwareDocumentLoader(HostLimits.DEFAULT, WallClock.SYSTEM, plugins, () -> NODE),
                HostLimits.DEFAULT,
                events,
                OwnershipTiming.defaults(),
                () -> "claim",
                60_000,
                new ServerMetrics(new SimpleMeterRegistry(), SlowLimits.DEFAULT).documents(),
                new NodeLimits(new LimitCounters(), new ResidentBytes(Long.MAX_VALUE)));
    }

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** Were anything kept for the document, the link would wait for an owner that is coming. */
    @Test
    void theAnswerToAnAnnouncementThatIsForgottenBeginsNothing() throws InterruptedException {
        deployer.receive(new OwnerMessage.Invite(KEY, new LinkAddress("elsewhere", 0, 0), Step.READY, null, 3));
        deployer.receive(new OwnerMessage.Submit(KEY, LINK, 3, 1, "session", List.of()));
        assertThat(told.poll(1, TimeUnit.MINUTES)).isEqualTo(new LinkMessage.NotOwner(KEY, LINK, 3, null));
    }
}
