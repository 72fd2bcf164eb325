package dev.weft.crdt.handler;

import static dev.weft.crdt.handler.Replicas.A;
import static dev.weft.crdt.handler.Replicas.B;
import static dev.weft.crdt.handler.Replicas.replica;
import static dev.weft.crdt.handler.Replicas.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.document.Document;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An application's own data type, made of nothing but what this package exports. */
class CustomHandlerTest {

    private record Added(long amount) implements Operation {
        @Override
        public int kind() {
            return OperationKind.INSERT;
        }
    }

    /** A counter that only grows. The state is an array of one number. */
    private static final DataType<long[], Added> COUNTER = new DataType<>() {
        @Override
        public long[] emptyState() {
            return new long[1];
        }

        @Override
        public long[] decodeState(ByteReader blob) {
            return new long[] {blob.readUvarint("sum")};
        }

        @Override
        public void encodeState(long[] state, ByteWriter blob) {
            blob.writeUvarint(state[0]);
        }

        @Override
        public Added decodeOperation(int kind, ByteReader body) {
            return kind == OperationKind.INSERT ? new Added(body.readUvarint("amount")) : null;
        }

        @Override
        public void encodeOperation(Added operation, ByteWriter body) {
            body.writeUvarint(operation.amount());
        }

        @Override
        public void apply(long[] state, Added operation) {
            state[0] += operation.amount();
        }
    };

    private static final class CounterHandler extends Handler<long[], Added> {
        static final String TYPE = "Counter";

        CounterHandler(HandlerHost host, String id) {
            super(host, id, TYPE, COUNTER);
        }

        void add(long amount) {
            submit(new Added(amount));
        }

        @Override
        public Long value() {
            return state()[0];
        }
    }

    private final Document first = replica(A);
    private final CounterHandler counter = new CounterHandler(first, "c");

    @Test
    void convergesIsFoldedIntoSnapshotsAndTravelsInTime() {
        Document second = replica(B);
        CounterHandler other = new CounterHandler(second, "c");
        first.runInTransaction(() -> List.of(1L, 2L).forEach(counter::add));
        other.add(10);
        sync(first, second);
        assertThat(counter.value()).isEqualTo(13).isEqualTo(other.value());

        first.takeSnapshot(true);
        assertThat(first.exportChanges()).isEmpty();
        counter.add(4);
        assertThat(counter.value()).isEqualTo(17);
        CounterHandler then = new CounterHandler(first.openHistory(), "c");
        assertThat(then.value()).isEqualTo(17);
    }

    @Test
    void isCreatedByItsFactory() {
        counter.add(5);
        Document second = replica(B);
        second.registerFactory(CounterHandler.TYPE, CounterHandler::new);
        second.importChanges(first.exportChanges());
        assertThat(second.handlers().get("c").value()).isEqualTo(5L);
    }

    // What cannot be folded is not pruned, so a replica without the class loses nothing.
    @Test
    void isCarriedByReplicasThatDoNotKnowIt() {
        counter.add(5);
        Document relay = replica(B);
        relay.importChanges(first.exportChanges());
        relay.takeSnapshot(true);
        assertThat(relay.exportChanges()).hasSize(1);
        assertThat(new CounterHandler(relay, "c").value()).isEqualTo(5L);
        relay.takeSnapshot(true);
        assertThat(relay.exportChanges()).isEmpty();
        assertThat(relay.handlers().get("c").value()).isEqualTo(5L);
    }
}
