package dev.weft.crdt.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.change.Envelope;
import dev.weft.crdt.change.PendingChanges;
import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.handler.text.TextHandler;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a document does with changes nobody should send, and with good ones that come in a bad order. */
class ImportTest {
    private static final PeerId A = PeerId.parse("0a000000-0000-4000-8000-00000000000a");
    private static final PeerId B = PeerId.parse("0b000000-0000-4000-8000-00000000000b");
    private static final byte[] INSERT_X = {0, 1, 'x'};

    private final Document document = new Document(DocumentOptions.builder()
            .peerId(A)
            .wallClock(() -> 1000)
            .driftMillisMax(60_000)
            .build());
    private final TextHandler text = new TextHandler(document, "t");

    @Test
    void aRingOfDependenciesCostsOnlyTheRing() {
        Change good = insert(1);
        Change selfish = Change.of(id(2), List.of(id(2)), payload(INSERT_X));
        Change one = Change.of(id(3), List.of(id(4)), payload(INSERT_X));
        Change two = Change.of(id(4), List.of(id(3)), payload(INSERT_X));
        Change behind = Change.of(id(5), List.of(id(4)), payload(INSERT_X));
        ImportResult result = document.importAll(List.of(behind, selfish, one, two, good));

        assertThat(result.applied()).containsExactly(good);
        assertThat(result.refused())
                .extracting(Refusal::id, Refusal::reason)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(id(2), Refusal.Reason.DEPENDENCY_CYCLE),
                        org.assertj.core.groups.Tuple.tuple(id(3), Refusal.Reason.DEPENDENCY_CYCLE),
                        org.assertj.core.groups.Tuple.tuple(id(4), Refusal.Reason.DEPENDENCY_CYCLE));
        assertThat(result.notReady()).extracting(ImportResult.NotReady::change).containsExactly(behind);
    }

    @Test
    void refusesWhatWouldPoisonTheHistory() {
        Change noEnvelope = Change.of(id(1), List.of(), new byte[] {5});
        Change reserved =
                Change.of(id(2), List.of(), Envelope.encode(TextHandler.TYPE, "crdt_lf/handler-manifest", 0, INSERT_X));
        Change fromTheFuture =
                Change.of(new OperationId(B, HybridTimestamp.of(61_001, 0)), List.of(), payload(INSERT_X));
        ImportResult result = document.importAll(List.of(noEnvelope, reserved, fromTheFuture));

        assertThat(result.refused())
                .extracting(Refusal::reason)
                .containsExactly(
                        Refusal.Reason.MALFORMED_ENVELOPE, Refusal.Reason.RESERVED_HANDLER, Refusal.Reason.CLOCK_DRIFT);
        assertThat(document.isEmpty()).isTrue();
        assertThat(document.clock()).isEqualTo(HybridTimestamp.ZERO);
        assertThatThrownBy(() -> document.applyChange(noEnvelope))
                .isInstanceOfSatisfying(
                        ChangeRefusedException.class,
                        refused -> assertThat(refused.refusal().reason()).isEqualTo(Refusal.Reason.MALFORMED_ENVELOPE));
    }

    @Test
    void skipsABodyThatCannotBeReadAndSaysSoWhenAsked() {
        Change broken = Change.of(id(1), List.of(), payload(new byte[] {0, 100, 'x'}));
        Change good = Change.of(id(2), List.of(id(1)), payload(INSERT_X));
        assertThat(document.validate(good)).isNull();
        assertThat(document.validate(broken).reason()).isEqualTo(Refusal.Reason.MALFORMED_BODY);

        assertThat(document.importChanges(List.of(broken, good))).isEqualTo(2);
        assertThat(text.value()).isEqualTo("x");
        text.insert(1, "y");
        assertThat(text.value()).isEqualTo("xy");
        assertThatCode(() -> document.takeSnapshot(true)).doesNotThrowAnyException();
        assertThat(text.value()).isEqualTo("xy");
    }

    // The reference drops a change older than its author's newest one, even if it was never seen (W8).
    @Test
    void fillsGaps() {
        Change first = insert(1);
        Change second = insert(2);
        assertThat(document.importChanges(List.of(second))).isEqualTo(1);
        assertThat(document.importChanges(List.of(first))).isEqualTo(1);
        assertThat(document.importChanges(List.of(first, second, first))).isZero();
        assertThat(document.exportChanges()).containsExactly(second, first);
    }

    @Test
    void holdsBackWhatIsNotReadyAndTakesItInLater() {
        List<Change> chain = chain(20);
        List<Change> reversed = new ArrayList<>(chain);
        Collections.reverse(reversed);
        PendingChanges pending = new PendingChanges(100, 100_000);
        for (Change change : reversed.subList(0, 19)) {
            assertThat(document.importAll(List.of(change), pending).applied()).isEmpty();
        }
        assertThat(pending.size()).isEqualTo(19);
        ImportResult result = document.importAll(List.of(chain.get(0)), pending);

        assertThat(result.applied()).containsExactlyElementsOf(chain);
        assertThat(result.notReady()).isEmpty();
        assertThat(pending.isEmpty()).isTrue();
        assertThat(pending.bytes()).isZero();
        assertThat(text.value()).hasSize(20);
    }

    @Test
    void holdsBackNoMoreThanItsBound() {
        List<Change> chain = chain(4);
        PendingChanges pending = new PendingChanges(2, 100_000);
        ImportResult result = document.importAll(chain.subList(1, 4), pending);
        assertThat(result.notReady()).hasSize(3);
        assertThat(pending.size()).isEqualTo(2);
        assertThat(pending.holds(chain.get(3).id())).isFalse();

        PendingChanges small = new PendingChanges(100, 10);
        assertThat(small.hold(chain.get(1), chain.get(0).id())).isFalse();
    }

    @Test
    void aStampAtTheEndOfTimeStopsEditingButNotReading() {
        Document unguarded = new Document(
                DocumentOptions.builder().peerId(A).wallClock(() -> 1000).build());
        TextHandler copy = new TextHandler(unguarded, "t");
        Change last = Change.of(new OperationId(B, -1L), List.of(), payload(INSERT_X));
        assertThat(unguarded.importChanges(List.of(last, insert(1)))).isEqualTo(2);
        assertThat(copy.value()).isEqualTo("xx");
        assertThatThrownBy(() -> copy.insert(0, "a")).isInstanceOf(IllegalStateException.class);
        assertThat(copy.value()).isEqualTo("xx");
    }

    @Test
    void listenersHearOfLocalChangesOnlyAndOfEveryUpdateOnce() {
        List<OperationId> local = new ArrayList<>();
        int[] updates = {0};
        document.onLocalChange(change -> local.add(change.id()));
        Subscription subscription = document.onUpdate(() -> updates[0]++);
        document.applyChange(insert(1));
        document.importChanges(List.of(insert(2), insert(3)));
        assertThat(local).isEmpty();
        assertThat(updates[0]).isEqualTo(2);

        document.runInTransaction(() -> {
            text.insert(0, "a");
            text.delete(3, 1);
            assertThat(updates[0]).isEqualTo(2);
        });
        assertThat(local).hasSize(2);
        assertThat(updates[0]).isEqualTo(3);
        subscription.cancel();
        text.insert(0, "b");
        assertThat(updates[0]).isEqualTo(3);
    }

    @Test
    void aListenerThatThrowsHarmsNobodyElse() {
        List<String> heard = new ArrayList<>();
        document.onLocalChange(change -> {
            throw new IllegalArgumentException("change");
        });
        document.onLocalChange(change -> heard.add("second"));
        document.onUpdate(() -> {
            throw new IllegalArgumentException("update");
        });
        document.onUpdate(() -> heard.add("another"));
        List<String> uncaught = uncaughtIn(() -> {
            text.insert(0, "a");
            assertThat(document.importAll(List.of(insert(1))).applied()).hasSize(1);
        });
        assertThat(heard).containsExactly("second", "another", "another");
        assertThat(uncaught).containsExactly("change", "update", "update");
        assertThat(text.value()).isEqualTo("ax");
    }

    private static List<String> uncaughtIn(Runnable action) {
        List<String> uncaught = new ArrayList<>();
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
        thread.setUncaughtExceptionHandler((any, failure) -> uncaught.add(failure.getMessage()));
        try {
            action.run();
        } finally {
            thread.setUncaughtExceptionHandler(before);
        }
        return uncaught;
    }

    @Test
    void whatATransactionDidBeforeItThrewIsCommitted() {
        assertThatThrownBy(() -> document.runInTransaction(() -> {
                    text.insert(0, "a");
                    throw new IllegalArgumentException("changed my mind");
                }))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(document.exportChanges()).hasSize(1);
        text.insert(1, "b");
        text.invalidateCache();
        assertThat(text.value()).isEqualTo("ab");
    }

    private static List<Change> chain(int length) {
        List<Change> chain = new ArrayList<>();
        for (int i = 1; i <= length; i++) {
            chain.add(Change.of(id(i), i == 1 ? List.of() : List.of(id(i - 1)), payload(INSERT_X)));
        }
        return chain;
    }

    private static Change insert(int number) {
        return Change.of(id(number), List.of(), payload(INSERT_X));
    }

    private static OperationId id(int number) {
        return new OperationId(B, HybridTimestamp.of(number, 0));
    }

    private static byte[] payload(byte[] body) {
        return Envelope.encode(TextHandler.TYPE, "t", 0, body);
    }
}
