package dev.weft.server.storage;

import static dev.weft.server.storage.Futures.await;
import static dev.weft.server.storage.Futures.failureOf;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.weft.crdt.history.HistoryBlock;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store promises. A store passes by extending this; how it keeps its promises is its own tests' matter. */
public abstract class DocumentStoreContract {
    protected static final DocumentKey DOC = DocumentKey.aware("doc");

    protected DocumentStore store;

    /** A new, empty store, not yet open. */
    protected abstract DocumentStore create() throws Exception;

    /** Another store over the documents of the one last created, not yet open; that one has been closed. */
    protected abstract DocumentStore createAgain() throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        store = create();
        await(store.open());
    }

    @AfterEach
    void closeStore() {
        await(store.close());
    }

    protected void restart() throws Exception {
        await(store.close());
        store = createAgain();
        await(store.open());
    }

    protected static List<byte[]> blobs(String... texts) {
        return List.of(texts).stream().map(text -> text.getBytes(UTF_8)).toList();
    }

    protected List<String> entriesAfter(DocumentKey key, long epoch, long position) {
        var found = new ArrayList<String>();
        await(store.readAll(
                key,
                epoch,
                position,
                page -> page.forEach(entry -> found.add(entry.position() + ":" + new String(entry.blob(), UTF_8)))));
        return found;
    }

    protected long created(DocumentKey key) {
        return await(store.claim(key, true));
    }

    @Test
    void aDocumentNobodyCreatedDoesNotExist() {
        assertThat(await(store.find(DOC))).isEmpty();
        assertThat(failureOf(store.claim(DOC, false), DocumentNotFoundException.class)
                        .key())
                .isEqualTo(DOC);
        failureOf(store.load(DOC, 1), DocumentNotFoundException.class);
        failureOf(store.read(DOC, 1, 0, 1000), DocumentNotFoundException.class);
        failureOf(store.append(DOC, 1, 1, blobs("a")), DocumentNotFoundException.class);
        failureOf(store.compact(DOC, 1, new byte[1], 1), DocumentNotFoundException.class);
        failureOf(store.delete(DOC, 1), DocumentNotFoundException.class);
        assertThat(await(store.find(DOC))).isEmpty();
    }

    @Test
    void everyClaimRaisesTheEpochByOne() throws Exception {
        assertThat(created(DOC)).isEqualTo(1);
        assertThat(await(store.claim(DOC, false))).isEqualTo(2);
        assertThat(created(DOC)).isEqualTo(3);
        restart();
        assertThat(await(store.claim(DOC, false))).isEqualTo(4);
        assertThat(await(store.find(DOC))).contains(new DocumentInfo(DOC, 4, 0, 0, 0, 0, 0));
    }

    @Test
    void claimsMadeAtOnceAllReceiveDifferentEpochs() {
        var claims =
                IntStream.range(0, 50).mapToObj(i -> store.claim(DOC, true)).toList();
        assertThat(claims.stream().map(Futures::await))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 50).mapToObj(Long::valueOf).toList());
    }

    @Test
    void whatWasAppendedIsReadInOrderAfterARestart() throws Exception {
        long epoch = created(DOC);
        await(store.append(DOC, epoch, 1, blobs("a", "b")));
        await(store.append(DOC, epoch, 3, blobs("c")));
        assertThat(entriesAfter(DOC, epoch, 0)).containsExactly("1:a", "2:b", "3:c");
        restart();
        epoch = await(store.claim(DOC, false));
        var loaded = await(store.load(DOC, epoch));
        assertThat(loaded.snapshot()).isEmpty();
        assertThat(loaded.info()).isEqualTo(new DocumentInfo(DOC, 2, 3, 0, 3, 3, 0));
        assertThat(entriesAfter(DOC, epoch, 0)).containsExactly("1:a", "2:b", "3:c");
        assertThat(entriesAfter(DOC, epoch, 2)).containsExactly("3:c");
        assertThat(entriesAfter(DOC, epoch, 3)).isEmpty();
    }

    @Test
    void anEmptyBlobIsABlob() {
        long epoch = created(DOC);
        await(store.append(DOC, epoch, 1, blobs("", "")));
        await(store.compact(DOC, epoch, new byte[0], 1));
        assertThat(entriesAfter(DOC, epoch, 1)).containsExactly("2:");
        assertThat(await(store.load(DOC, epoch)).snapshot())
                .hasValueSatisfying(s -> assertThat(s).isEmpty());
    }

    @Test
    void positionsMaySkipUpwardAndNeverGoBack() {
        long epoch = created(DOC);
        await(store.append(DOC, epoch, 5, blobs("a", "b")));
        await(store.append(DOC, epoch, 100, blobs("c")));
        assertThat(entriesAfter(DOC, epoch, 0)).containsExactly("5:a", "6:b", "100:c");
        failureOf(store.append(DOC, epoch, 50, blobs("x")), PositionConflictException.class);
        failureOf(store.append(DOC, epoch, 1, blobs("x")), PositionConflictException.class);
        assertThat(entriesAfter(DOC, epoch, 0)).containsExactly("5:a", "6:b", "100:c");
    }

    @Test
    void repeatingAnAppendIsASuccessAndWritesNothingTwice() throws Exception {
        long epoch = created(DOC);
        await(store.append(DOC, epoch, 1, blobs("a", "b")));
        await(store.append(DOC, epoch, 1, blobs("a", "b")));
        await(store.append(DOC, epoch, 2, blobs("b", "c")));
        restart();
        await(store.append(DOC, epoch, 1, blobs("a", "b", "c")));
        assertThat(entriesAfter(DOC, epoch, 0)).containsExactly("1:a", "2:b", "3:c");
        assertThat(await(store.find(DOC)).orElseThrow()).isEqualTo(new DocumentInfo(DOC, 1, 3, 0, 3, 3, 0));
    }

    @Test
    void anotherBlobAtAUsedPositionIsRefusedAndNothingOfTheAppendIsWritten() {
        long epoch = created(DOC);
        await(store.append(DOC, epoch, 1, blobs("a", "b")));
        failureOf(store.append(DOC, epoch, 2, blobs("x", "y")), PositionConflictException.class);
        assertThat(entriesAfter(DOC, epoch, 0)).containsExactly("1:a", "2:b");
    }

    @Test
    void appendsInFlightTogetherTakeEffectInTheirOrder() {
        long epoch = created(DOC);
        var pending = new ArrayList<Future<Void>>();
        for (int i = 1; i <= 500; i++) {
            pending.add(store.append(DOC, epoch, i, blobs("blob " + i)));
        }
        await(Future.all(pending));
        assertThat(entriesAfter(DOC, epoch, 0))
                .hasSize(500)
                .startsWith("1:blob 1")
                .endsWith("500:blob 500");
    }

    @Test
    void aConflictInTheMiddleOfAGroupConcernsOnlyItsOwnAppend() {
        var other = DocumentKey.relay("other");
        long epoch = created(DOC);
        long otherEpoch = created(other);
        var first = store.append(DOC, epoch, 1, blobs("a"));
        var otherFirst = store.append(other, otherEpoch, 1, blobs("o"));
        var conflict = store.append(DOC, epoch, 1, blobs("x"));
        var stale = store.append(other, otherEpoch - 1, 2, blobs("x"));
        var second = store.append(DOC, epoch, 2, blobs("b"));
        var otherSecond = store.append(other, otherEpoch, 2, blobs("p"));
        await(Future.all(first, second, otherFirst, otherSecond));
        failureOf(conflict, PositionConflictException.class);
        failureOf(stale, StaleEpochException.class);
        assertThat(entriesAfter(DOC, epoch, 0)).containsExactly("1:a", "2:b");
        assertThat(entriesAfter(other, otherEpoch, 0)).containsExactly("1:o", "2:p");
    }

    // The old owner was frozen while another claimed the document, so it wakes up believing it still owns it.
    @Test
    void everyWriteOfAReplacedOwnerIsRefused() {
        long old = created(DOC);
        await(store.append(DOC, old, 1, blobs("a")));
        long newest = await(store.claim(DOC, false));

        var refusal = failureOf(store.append(DOC, old, 2, blobs("x")), StaleEpochException.class);
        assertThat(refusal.isRetrySafe()).isFalse();
        assertThat(refusal.newestEpoch()).isEqualTo(newest);
        // Even the repetition of what it wrote in its time: it must learn that it was replaced.
        failureOf(store.append(DOC, old, 1, blobs("a")), StaleEpochException.class);
        failureOf(store.append(DOC, old, 2, List.of()), StaleEpochException.class);
        failureOf(store.compact(DOC, old, new byte[1], 1), StaleEpochException.class);
        failureOf(store.delete(DOC, old), StaleEpochException.class);
        failureOf(store.load(DOC, old), StaleEpochException.class);
        failureOf(store.read(DOC, old, 0, 100), StaleEpochException.class);

        // An epoch nobody has claimed is no better than an old one.
        failureOf(store.append(DOC, newest + 1, 2, blobs("x")), StaleEpochException.class);
        assertThat(entriesAfter(DOC, newest, 0)).containsExactly("1:a");
    }

    @Test
    void anAppendThatWaitsBehindAClaimIsRefused() {
        long old = created(DOC);
        var before = store.append(DOC, old, 1, blobs("a"));
        var claim = store.claim(DOC, false);
        await(before);
        long newest = await(claim);
        var after = store.append(DOC, old, 2, blobs("b"));
        failureOf(after, StaleEpochException.class);
        assertThat(entriesAfter(DOC, newest, 0)).containsExactly("1:a");
    }

    @Test
    void anEmptyAppendOnlyAsksForTheEpoch() {
        long epoch = created(DOC);
        await(store.append(DOC, epoch, 1, List.of()));
        assertThat(await(store.find(DOC)).orElseThrow().lastPosition()).isZero();
    }

    @Test
    void compactionReplacesTheSnapshotAndDropsWhatItCovers() throws Exception {
        long epoch = created(DOC);
        await(store.append(DOC, epoch, 1, blobs("a", "bb", "ccc", "dddd")));
        await(store.compact(DOC, epoch, "A".getBytes(UTF_8), 2));
        assertThat(entriesAfter(DOC, epoch, 0)).containsExactly("3:ccc", "4:dddd");
        assertThat(await(store.load(DOC, epoch)).info()).isEqualTo(new DocumentInfo(DOC, 1, 4, 2, 2, 7, 1));
        await(store.compact(DOC, epoch, "AAA".getBytes(UTF_8), 4));
        await(store.compact(DOC, epoch, "AAA".getBytes(UTF_8), 4));
        await(store.append(DOC, epoch, 5, blobs("e")));
        restart();
        epoch = await(store.claim(DOC, false));
        var loaded = await(store.load(DOC, epoch));
        assertThat(loaded.info()).isEqualTo(new DocumentInfo(DOC, 2, 5, 4, 1, 1, 3));
        assertThat(loaded.snapshot())
                .hasValueSatisfying(s -> assertThat(s).asString(UTF_8).isEqualTo("AAA"));
        assertThat(entriesAfter(DOC, epoch, 4)).containsExactly("5:e");
    }

    @Test
    void aSnapshotNeverReplacesANewerOneNorCoversWhatWasNeverWritten() {
        long epoch = created(DOC);
        await(store.append(DOC, epoch, 1, blobs("a", "b", "c")));
        await(store.compact(DOC, epoch, "AB".getBytes(UTF_8), 2));
        failureOf(store.compact(DOC, epoch, "A".getBytes(UTF_8), 1), PositionConflictException.class);
        failureOf(store.compact(DOC, epoch, "ABCD".getBytes(UTF_8), 4), PositionConflictException.class);
        assertThat(await(store.load(DOC, epoch)).snapshot())
                .hasValueSatisfying(s -> assertThat(s).asString(UTF_8).isEqualTo("AB"));
        assertThat(entriesAfter(DOC, epoch, 0)).containsExactly("3:c");
    }

    @Test
    void positionsASnapshotCoversAreNotFreeAgain() {
        long epoch = created(DOC);
        await(store.append(DOC, epoch, 1, blobs("a", "b")));
        await(store.compact(DOC, epoch, "AB".getBytes(UTF_8), 2));
        failureOf(store.append(DOC, epoch, 1, blobs("x")), PositionConflictException.class);
        failureOf(store.append(DOC, epoch, 2, blobs("x")), PositionConflictException.class);
        assertThat(await(store.find(DOC)).orElseThrow().lastPosition()).isEqualTo(2);
    }

    private PackedEntries packed(long firstPosition, String... texts) {
        return new PackedEntries(firstPosition, texts.length, HistoryBlock.encode(blobs(texts)));
    }

    @Test
    void packedEntriesAreReadAsTheyWereAppended() throws Exception {
        long epoch = created(DOC);
        await(store.append(DOC, epoch, 3, blobs("a", "b", "c", "d", "e")));
        var before = await(store.find(DOC));
        await(store.pack(DOC, epoch, packed(3, "a", "b", "c")));
        await(store.pack(DOC, epoch, packed(3, "a", "b", "c")));
        for (int time = 0; time < 2; time++) {
            assertThat(entriesAfter(DOC, epoch, 0)).containsExactly("3:a", "4:b", "5:c", "6:d", "7:e");
            assertThat(entriesAfter(DOC, epoch, 4)).containsExactly("5:c", "6:d", "7:e");
            assertThat(entriesAfter(DOC, epoch, 5)).containsExactly("6:d", "7:e");
            var onePage = await(store.read(DOC, epoch, 3, 1));
            assertThat(onePage.hasMore()).isTrue();
            assertThat(onePage.lastPosition()).isEqualTo(4);
            var runs = await(store.readRuns(DOC, epoch, 0, 10_000));
            assertThat(runs.runs())
                    .extracting(StoredRun::firstPosition, StoredRun::lastPosition)
                    .containsExactly(tuple(3L, 5L), tuple(6L, 6L), tuple(7L, 7L));
            restart();
            assertThat(await(store.find(DOC))).isEqualTo(before);
        }
        await(store.append(DOC, epoch, 8, blobs("f")));
        await(store.pack(DOC, epoch, packed(6, "d", "e", "f")));
        assertThat(entriesAfter(DOC, epoch, 0)).containsExactly("3:a", "4:b", "5:c", "6:d", "7:e", "8:f");
    }

    @Test
    void whatIsNotThereOrPackedAlreadyIsNotPacked() {
        long epoch = created(DOC);
        await(store.append(DOC, epoch, 1, blobs("a", "b", "c", "d")));
        await(store.append(DOC, epoch, 6, blobs("f", "g")));
        await(store.compact(DOC, epoch, new byte[1], 1));
        await(store.pack(DOC, epoch, packed(2, "b", "c")));
        failureOf(store.pack(DOC, epoch, packed(1, "a", "b", "c")), PositionConflictException.class);
        failureOf(store.pack(DOC, epoch, packed(3, "c", "d")), PositionConflictException.class);
        failureOf(store.pack(DOC, epoch, packed(2, "b", "c", "d")), PositionConflictException.class);
        failureOf(store.pack(DOC, epoch, packed(4, "d", "?", "f")), PositionConflictException.class);
        failureOf(store.pack(DOC, epoch, packed(6, "f", "g", "?")), PositionConflictException.class);
        failureOf(store.pack(DOC, epoch, new PackedEntries(6, 1, new byte[1])), IllegalArgumentException.class);
        long newer = await(store.claim(DOC, false));
        failureOf(store.pack(DOC, epoch, packed(6, "f", "g")), StaleEpochException.class);
        assertThat(entriesAfter(DOC, newer, 0)).containsExactly("2:b", "3:c", "4:d", "6:f", "7:g");
    }

    @Test
    void packedEntriesAreComparedWithRepeatedAppendsAndCutBySnapshots() throws Exception {
        long epoch = created(DOC);
        await(store.append(DOC, epoch, 1, blobs("a", "bb", "ccc", "d", "ee")));
        await(store.pack(DOC, epoch, packed(2, "bb", "ccc", "d")));
        await(store.append(DOC, epoch, 1, blobs("a", "bb")));
        await(store.append(DOC, epoch, 3, blobs("ccc", "d", "ee", "f")));
        failureOf(store.append(DOC, epoch, 3, blobs("x")), PositionConflictException.class);
        failureOf(store.append(DOC, epoch, 4, blobs("x")), PositionConflictException.class);
        await(store.compact(DOC, epoch, new byte[2], 3));
        assertThat(await(store.find(DOC))).contains(new DocumentInfo(DOC, epoch, 6, 3, 3, 4, 2));
        restart();
        assertThat(entriesAfter(DOC, epoch, 0)).containsExactly("4:d", "5:ee", "6:f");
        await(store.pack(DOC, epoch, packed(4, "d", "ee", "f")));
        await(store.compact(DOC, epoch, new byte[2], 6));
        assertThat(await(store.find(DOC))).contains(new DocumentInfo(DOC, epoch, 6, 6, 0, 0, 2));
        assertThat(entriesAfter(DOC, epoch, 0)).isEmpty();
        await(store.append(DOC, epoch, 7, blobs("g", "h")));
        await(store.pack(DOC, epoch, packed(7, "g", "h")));
        await(store.delete(DOC, epoch));
        epoch = created(DOC);
        assertThat(entriesAfter(DOC, epoch, 0)).isEmpty();
    }

    @Test
    void aDeletedDocumentIsGoneAndItsSuccessorContinuesEpochAndPositions() throws Exception {
        long epoch = created(DOC);
        await(store.append(DOC, epoch, 1, blobs("a", "b", "c")));
        await(store.compact(DOC, epoch, "A".getBytes(UTF_8), 1));
        await(store.delete(DOC, epoch));
        await(store.delete(DOC, epoch));
        assertThat(await(store.find(DOC))).isEmpty();
        failureOf(store.append(DOC, epoch, 4, blobs("x")), DocumentNotFoundException.class);
        failureOf(store.claim(DOC, false), DocumentNotFoundException.class);
        restart();
        assertThat(await(store.find(DOC))).isEmpty();
        long newest = created(DOC);
        assertThat(newest).isEqualTo(2);
        failureOf(store.append(DOC, epoch, 4, blobs("x")), StaleEpochException.class);
        var loaded = await(store.load(DOC, newest));
        assertThat(loaded.snapshot()).isEmpty();
        assertThat(loaded.info()).isEqualTo(new DocumentInfo(DOC, 2, 3, 0, 0, 0, 0));
        assertThat(entriesAfter(DOC, newest, 0)).isEmpty();
        failureOf(store.append(DOC, newest, 3, blobs("x")), PositionConflictException.class);
        await(store.append(DOC, newest, 4, blobs("d")));
        assertThat(entriesAfter(DOC, newest, 0)).containsExactly("4:d");
    }

    @Test
    void kindsAndSimilarIdsAreDifferentDocuments() {
        var keys = List.of(
                DocumentKey.aware("a"),
                DocumentKey.relay("a"),
                DocumentKey.aware("ab"),
                DocumentKey.aware("a/b"),
                DocumentKey.aware("a\u0001"),
                DocumentKey.aware("A"),
                DocumentKey.aware("ä"),
                DocumentKey.aware("\uD83D\uDE00"),
                DocumentKey.aware("x".repeat(1024)));
        for (var key : keys) {
            created(key);
            await(store.append(key, 1, 1, blobs(key.toString())));
        }
        for (var key : keys) {
            assertThat(entriesAfter(key, 1, 0)).containsExactly("1:" + key);
        }
        await(store.delete(keys.get(0), 1));
        for (var key : keys.subList(1, keys.size())) {
            assertThat(entriesAfter(key, 1, 0)).containsExactly("1:" + key);
        }
    }

    @Test
    void impossibleArgumentsAreRefused() {
        long epoch = created(DOC);
        for (var id : List.of("", "a\0b", "\uD83D", "x".repeat(1025), "\u20AC".repeat(342))) {
            failureOf(store.claim(DocumentKey.aware(id), true), IllegalArgumentException.class);
        }
        failureOf(store.append(DOC, epoch, 0, blobs("a")), IllegalArgumentException.class);
        failureOf(store.append(DOC, epoch, Long.MAX_VALUE, blobs("a")), IllegalArgumentException.class);
        failureOf(store.compact(DOC, epoch, new byte[1], 0), IllegalArgumentException.class);
        var tooLarge = new byte[store.limits().blobBytesMax() + 1];
        failureOf(store.append(DOC, epoch, 1, List.of(tooLarge)), IllegalArgumentException.class);
    }

    @Test
    void largeBlobsAndSnapshotsSurvive() throws Exception {
        var random = new Random(1);
        var blob = new byte[3_000_000];
        var snapshot = new byte[9_000_000];
        random.nextBytes(blob);
        random.nextBytes(snapshot);
        long epoch = created(DOC);
        await(store.append(DOC, epoch, 1, List.of(blob, blob)));
        await(store.compact(DOC, epoch, snapshot, 1));
        restart();
        epoch = await(store.claim(DOC, false));
        assertThat(await(store.load(DOC, epoch)).snapshot()).hasValue(snapshot);
        var page = await(store.read(DOC, epoch, 1, Integer.MAX_VALUE));
        assertThat(page.entries()).hasSize(1).allSatisfy(entry -> assertThat(entry.blob())
                .isEqualTo(blob));
    }

    @Test
    void aLongLogIsReadInBoundedPages() {
        long epoch = created(DOC);
        int count = 5000;
        var blob = new byte[100];
        for (int first = 1; first <= count; first += 500) {
            await(store.append(
                    DOC,
                    epoch,
                    first,
                    IntStream.range(0, 500).mapToObj(i -> blob).toList()));
        }
        long position = 0;
        int read = 0;
        boolean more = true;
        while (more) {
            var page = await(store.read(DOC, epoch, position, 16_000));
            assertThat(page.entries()).hasSizeBetween(1, 16_000 / 100);
            for (var entry : page.entries()) {
                assertThat(entry.position()).isEqualTo(++position);
                read++;
            }
            more = page.hasMore();
        }
        assertThat(read).isEqualTo(count);
        assertThat(await(store.read(DOC, epoch, 0, 1)).entries()).hasSize(1);
    }

    @Test
    void listingPagesThroughTheExistingDocumentsOfAKindInOrder() {
        for (var id : List.of("b/2", "a", "b/1", "b/3", "c", "b/\uFFFD", "b/\uD83D\uDE00")) {
            created(DocumentKey.relay(id));
        }
        created(DocumentKey.aware("b/9"));
        await(store.delete(DocumentKey.relay("b/2"), 1));
        assertThat(ids(store.list(DocumentKind.RELAY, "", "", 100)))
                .containsExactly("a", "b/1", "b/3", "b/\uFFFD", "b/\uD83D\uDE00", "c");
        assertThat(ids(store.list(DocumentKind.RELAY, "b/", "", 2))).containsExactly("b/1", "b/3");
        assertThat(ids(store.list(DocumentKind.RELAY, "b/", "b/3", 100))).containsExactly("b/\uFFFD", "b/\uD83D\uDE00");
        assertThat(ids(store.list(DocumentKind.RELAY, "b/", "a", 1))).containsExactly("b/1");
        assertThat(ids(store.list(DocumentKind.RELAY, "b/", "c", 100))).isEmpty();
        assertThat(ids(store.list(DocumentKind.RELAY, "a", "a", 100))).isEmpty();
        assertThat(await(store.list(DocumentKind.AWARE, "", "", 100)))
                .extracting(DocumentInfo::key, DocumentInfo::epoch)
                .containsExactly(tuple(DocumentKey.aware("b/9"), 1L));
    }

    private static List<String> ids(Future<List<DocumentInfo>> listing) {
        return await(listing).stream().map(info -> info.key().id()).toList();
    }

    /** {@code -Dseed=…} replays, {@code -Dweft.rounds=N} goes on for longer. */
    @Test
    void randomOperationsEndAsTheyDoInTheSimplestStore() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        var operations = new RandomOperations(new Random(seed));
        var model = InMemoryDocumentStore.unshared();
        await(model.open());
        int rounds = 16 * Integer.getInteger("weft.rounds", 1);
        for (int round = 0; round < rounds; round++) {
            var group = operations.nextGroup();
            // All in flight together, so that they meet in one commit.
            var outcomes = group.stream().map(call -> call.apply(store)).toList();
            var expected = group.stream().map(call -> call.apply(model)).toList();
            for (int i = 0; i < group.size(); i++) {
                assertThat(outcomeOf(outcomes.get(i)))
                        .as("operation %d of round %d of seed %d", i, round, seed)
                        .isEqualTo(outcomeOf(expected.get(i)));
            }
            if (round % 8 == 7) {
                restart();
            }
            if (round % 4 == 3) {
                assertThat(operations.contentOf(store))
                        .as("round %d of seed %d", round, seed)
                        .isEqualTo(operations.contentOf(model));
            }
        }
    }

    private static Object outcomeOf(Future<?> future) {
        return await(future.transform(outcome -> Future.succeededFuture(
                outcome.succeeded() ? outcome.result() : outcome.cause().getClass())));
    }

    @Test
    void resultsArriveOnTheContextOfTheCaller() {
        var vertx = Vertx.vertx();
        try {
            var context = vertx.getOrCreateContext();
            var seen = Future.<Boolean>future(promise -> context.runOnContext(v -> store.claim(DOC, true)
                    .compose(epoch -> store.append(DOC, epoch, 1, blobs("a")))
                    .onComplete(outcome -> promise.complete(Vertx.currentContext() == context))));
            assertThat(await(seen)).isTrue();
        } finally {
            await(vertx.close());
        }
    }

    @Test
    void aClosedStoreIsUnavailableAndHasKeptWhatItAccepted() throws Exception {
        long epoch = created(DOC);
        var pending = IntStream.rangeClosed(1, 100)
                .mapToObj(i -> store.append(DOC, epoch, i, blobs("x")))
                .toList();
        await(store.close());
        await(Future.all(pending));
        assertThat(failureOf(store.append(DOC, epoch, 101, blobs("y")), StoreUnavailableException.class)
                        .isRetrySafe())
                .isTrue();
        failureOf(store.find(DOC), StoreUnavailableException.class);
        restart();
        assertThat(await(store.find(DOC)).orElseThrow().lastPosition()).isEqualTo(100);
    }
}
