package dev.weft.server.document;

import static dev.weft.server.storage.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.WallClock;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.handler.text.FugueTextHandler;
import dev.weft.crdt.history.HistoryBlock;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.document.host.HostEffect;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.event.EventStream;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.InMemoryDocumentStore;
import dev.weft.server.storage.PackedEntries;
import dev.weft.server.storage.StoredEntry;
import dev.weft.server.storage.StoredRun;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A long log is packed behind its owner's back, and a document loaded from it is the one that was stored. */
class HistoryPackerTest {
    private static final DocumentKey DOC = DocumentKey.aware("doc");
    private static final PluginChain NO_PLUGINS = new PluginChain(List.of(), () -> 0, new EventStream("test", () -> 0));
    private static final int KEPT = HistoryPacker.ENTRIES_KEPT;
    private static final int PACKED = HistoryBlock.COUNT_MAX;

    private final Vertx vertx = Vertx.vertx();
    private final InMemoryDocumentStore store = InMemoryDocumentStore.unshared();

    @BeforeEach
    void open() {
        await(store.open());
    }

    @AfterEach
    void close() {
        await(vertx.close());
    }

    private static List<Change> typed(int count) {
        Document document = new Document(PeerId.parse("0a000000-0000-4000-8000-00000000000a"));
        FugueTextHandler text = new FugueTextHandler(document, "text");
        for (int i = 0; i < count; i++) {
            text.insert(i - i % 5, "x");
        }
        return document.exportChanges();
    }

    private long stored(List<Change> changes) {
        long epoch = await(store.claim(DOC, true));
        await(store.append(DOC, epoch, 1, changes.stream().map(Change::encoded).toList()));
        return epoch;
    }

    private List<StoredRun> runs(long epoch) {
        List<StoredRun> runs = new ArrayList<>();
        await(store.readAllRuns(DOC, epoch, 0, runs::addAll));
        return runs;
    }

    /** Says that all is durable, and waits until the packer has nothing more to do. */
    private void pack(long epoch, long lastPosition) {
        pack(epoch, lastPosition, (firstPosition, block) -> {});
    }

    private void pack(long epoch, long lastPosition, HistoryPacker.Sealer sealer) {
        Promise<Void> done = Promise.promise();
        vertx.runOnContext(run -> {
            HistoryPacker packer = new HistoryPacker(vertx, DOC, epoch, store, sealer, 0);
            packer.persisted(lastPosition);
            vertx.setPeriodic(5, timer -> {
                if (!packer.isBusy()) {
                    vertx.cancelTimer(timer);
                    done.complete();
                }
            });
        });
        await(done.future());
    }

    @Test
    void packsAllButTheNewestEntries() {
        List<Change> changes = typed(2 * PACKED + KEPT + 10);
        long epoch = stored(changes);
        pack(epoch, changes.size());

        List<StoredRun> runs = runs(epoch);
        assertThat(runs.stream().filter(PackedEntries.class::isInstance).mapToInt(StoredRun::count))
                .containsExactly(PACKED, PACKED);
        assertThat(runs).hasSize(2 + KEPT + 10);
        List<Change> read = new ArrayList<>();
        await(store.readAll(DOC, epoch, 0, page -> page.forEach(entry -> read.add(Change.decode(entry.blob())))));
        assertThat(read).isEqualTo(changes);
    }

    @Test
    void leavesAShortLogAndTheLogOfAnotherOwnerAlone() {
        List<Change> changes = typed(PACKED + KEPT);
        long epoch = stored(changes);
        pack(epoch, changes.size() - 1);
        long newer = await(store.claim(DOC, false));
        pack(epoch, changes.size());
        assertThat(runs(newer)).hasSize(changes.size()).allMatch(StoredEntry.class::isInstance);
    }

    @Test
    void aDocumentLoadedFromPackedEntriesGivesOutTheSameChanges() {
        List<Change> changes = typed(PACKED + KEPT + 10);
        long epoch = stored(changes);
        List<byte[]> before = given(runs(epoch), epoch, changes.size());
        pack(epoch, changes.size());
        List<StoredRun> packed = runs(epoch);
        assertThat(packed.get(0)).isInstanceOf(PackedEntries.class);
        assertThat(given(packed, epoch, changes.size())).containsExactlyElementsOf(before);

        // A block that does not begin the history is not taken over, and the import says what is missing.
        List<StoredRun> cut = packed.subList(1, packed.size());
        assertThatThrownBy(() -> given(cut, epoch, changes.size())).hasMessageContaining("dependency");
    }

    @Test
    void whatIsPackedWhileTheDocumentIsOpenTakesLessMemoryFromThenOn() {
        List<Change> changes = typed(2 * PACKED + KEPT + 10);
        long epoch = stored(changes);
        Hosted hosted = loaded(runs(epoch), epoch, changes.size());
        long before = hosted.residentBytes();
        pack(epoch, changes.size(), hosted::packed);
        assertThat(hosted.residentBytes()).isLessThan(before * 3 / 4);
        assertThat(given(hosted, epoch))
                .containsExactlyElementsOf(changes.stream().map(Change::encoded).toList());
    }

    /** What a link without anything is given. */
    private static List<byte[]> given(List<StoredRun> runs, long epoch, long lastPosition) {
        return given(loaded(runs, epoch, lastPosition), epoch);
    }

    private static Hosted loaded(List<StoredRun> runs, long epoch, long lastPosition) {
        return new AwareDocumentLoader(HostLimits.DEFAULT, WallClock.SYSTEM, NO_PLUGINS, () -> "")
                .open(DOC, Optional.empty(), runs)
                .host(epoch, lastPosition);
    }

    private static List<byte[]> given(Hosted hosted, long epoch) {
        LinkAddress link = new LinkAddress("node", 0, 1);
        hosted.receive(new OwnerMessage.Attach(DOC, link, false, VersionVector.EMPTY, 0, 0, 1, null, 0, ""), 0);
        List<byte[]> blobs = new ArrayList<>();
        VersionVector.Builder known = VersionVector.builder();
        boolean complete = false;
        while (!complete) {
            VersionVector since = known.build();
            LinkMessage.State state = null;
            for (HostEffect effect :
                    hosted.receive(new OwnerMessage.ReadState(DOC, link, epoch, 1, "session", since, 0, 1 << 20), 0)) {
                if (effect instanceof HostEffect.Send send && send.message() instanceof LinkMessage.State answer) {
                    state = answer;
                }
            }
            assertThat(state).isNotNull();
            state.blobs().forEach(change -> known.update(Change.decode(change).id()));
            blobs.addAll(state.blobs());
            complete = state.complete();
        }
        return blobs;
    }
}
