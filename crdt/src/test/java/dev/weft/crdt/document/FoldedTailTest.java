package dev.weft.crdt.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.Operation;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.id.PeerId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FoldedTailTest {
    private static final PeerId PEER = PeerId.parse("0a000000-0000-4000-8000-00000000000a");

    private final List<String> state = new ArrayList<>();
    private final FoldedTail<List<String>, Word> tail = new FoldedTail<>(new Words());

    record Word(String text) implements Operation {
        @Override
        public int kind() {
            return 0;
        }
    }

    /** Appends words, so that the state is the order in which they were folded. */
    private static final class Words implements DataType<List<String>, Word> {
        @Override
        public List<String> emptyState() {
            return new ArrayList<>();
        }

        @Override
        public List<String> decodeState(ByteReader blob) {
            throw new AssertionError();
        }

        @Override
        public void encodeState(List<String> state, ByteWriter blob) {
            throw new AssertionError();
        }

        @Override
        public Word decodeOperation(int kind, ByteReader body) {
            throw new AssertionError();
        }

        @Override
        public void encodeOperation(Word operation, ByteWriter body) {
            throw new AssertionError();
        }

        @Override
        public void apply(List<String> state, Word operation) {
            state.add(operation.text());
        }

        @Override
        public Runnable applyReversibly(List<String> state, Word operation) {
            apply(state, operation);
            return () -> assertThat(state.remove(state.size() - 1)).isEqualTo(operation.text());
        }
    }

    private static OperationId at(long clock) {
        return new OperationId(PEER, clock);
    }

    private void fold(long clock) {
        tail.fold(state, at(clock), new Word("" + clock));
    }

    private static FoldedTail.Placed<Word> late(long clock) {
        return new FoldedTail.Placed<>(at(clock), new Word("" + clock));
    }

    @Test
    void foldsLateOperationsBetweenTheOthersAndBelowPendingOnes() {
        fold(10);
        fold(20);
        fold(30);
        tail.fold(state, null, new Word("pending"));
        assertThat(tail.reaches(at(5))).isTrue();
        tail.foldLate(state, List.of(late(15), late(16), late(40)));
        assertThat(state).containsExactly("10", "15", "16", "20", "30", "40", "pending");
        assertThat(tail.hasPending()).isTrue();
        tail.foldLate(state, List.of(late(5)));
        assertThat(state).containsExactly("5", "10", "15", "16", "20", "30", "40", "pending");
        assertThat(tail.takeBackPending()).isTrue();
        assertThat(state).endsWith("40").hasSize(7);
    }

    @Test
    void reachesNoDeeperThanItsBoundUntilItGrows() {
        for (int clock = 1; clock <= FoldedTail.OPERATIONS_MIN + 10; clock++) {
            fold(clock);
        }
        assertThat(tail.reaches(at(10))).isFalse();
        assertThat(tail.reaches(at(11))).isTrue();
        tail.grow();
        tail.reset();
        for (int clock = 1; clock <= FoldedTail.OPERATIONS_MIN + 10; clock++) {
            fold(clock);
        }
        assertThat(tail.reaches(at(0))).isTrue();
    }

    @Test
    void givesUpWhenPendingOperationsSlippedOutOfIt() {
        for (int i = 0; i <= FoldedTail.OPERATIONS_MIN; i++) {
            tail.fold(state, null, new Word("pending " + i));
        }
        assertThat(tail.reaches(at(1))).isFalse();
        assertThat(tail.takeBackPending()).isFalse();
    }
}
