package dev.weft.crdt.handler.list;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.handler.SeedValues;
import dev.weft.crdt.handler.ValueCodec;
import dev.weft.crdt.handler.list.FugueMovableListState.Element;
import dev.weft.crdt.sequence.ElementId;
import java.util.ArrayList;
import java.util.List;

/**
 * A Fugue list whose elements can be moved and replaced (spec crdt 16.10). Of concurrent moves, and of concurrent
 * replacements, the one with the greater stamp wins; deleting wins over both.
 */
public final class FugueMovableListType<T> implements DataType<FugueMovableListState<T>, FugueMovableListOperation<T>> {
    /** The shortest item: an id that cannot be null, of a flag, a peer and a counter. */
    private static final int ID_BYTES_MIN = 18;

    private final ValueCodec<T> codec;

    public FugueMovableListType(ValueCodec<T> codec) {
        this.codec = codec;
    }

    @Override
    public FugueMovableListState<T> emptyState() {
        return new FugueMovableListState<>();
    }

    @Override
    public FugueMovableListState<T> decodeState(ByteReader blob) {
        FugueMovableListState<T> state = emptyState();
        SeedValues<T> values = new SeedValues<>(codec);
        int count = blob.readCount(2 * ID_BYTES_MIN, "elements");
        for (int i = 0; i < count; i++) {
            ElementId identity = readId(blob);
            ElementId position = readId(blob);
            long positionStamp = blob.readLong("position stamp");
            long valueStamp = blob.readLong("value stamp");
            boolean deleted = blob.readByte("deleted") != 0;
            if (values.next(blob)) {
                Element<T> element = new Element<>(identity, position, values.value());
                element.positionStamp = positionStamp;
                element.valueStamp = valueStamp;
                element.deleted = deleted;
                state.seed(element);
            }
        }
        values.finish();
        state.counters().readFloor(blob);
        return state;
    }

    @Override
    public void encodeState(FugueMovableListState<T> state, ByteWriter blob) {
        List<Element<T>> visible = state.positions().toList();
        blob.writeUvarint(visible.size());
        for (Element<T> element : visible) {
            element.identity.write(blob);
            element.position.write(blob);
            blob.writeLong(element.positionStamp).writeLong(element.valueStamp).writeByte(0);
            blob.writeBlob(codec.encode(element.value));
        }
        state.counters().writeFloor(blob);
    }

    /** The places of what was moved or deleted are forgotten, so there must be none; see Fugue lists for the rest. */
    @Override
    public boolean outlivesSnapshot(FugueMovableListState<T> state) {
        return state.positions().isLiveChain();
    }

    @Override
    public FugueMovableListOperation<T> decodeOperation(int kind, ByteReader body) {
        switch (kind) {
            case OperationKind.INSERT:
                return readInsert(body);
            case OperationKind.MOVE:
                return readMove(body);
            case OperationKind.UPDATE:
                return readUpdate(body);
            case OperationKind.DELETE:
                return readDelete(body);
            default:
                return null;
        }
    }

    private FugueMovableListOperation<T> readInsert(ByteReader body) {
        ElementId left = ElementId.read(body);
        ElementId right = ElementId.read(body);
        int count = body.readCount(2 * ID_BYTES_MIN, "elements");
        List<FugueMovableListOperation.Item<T>> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(new FugueMovableListOperation.Item<>(readId(body), readId(body), readValue(body)));
        }
        return new FugueMovableListOperation.Insert<>(left, right, items);
    }

    private FugueMovableListOperation<T> readMove(ByteReader body) {
        ElementId identity = readId(body);
        ElementId position = readId(body);
        ElementId left = ElementId.read(body);
        ElementId right = ElementId.read(body);
        return new FugueMovableListOperation.Move<>(identity, position, left, right, body.readLong("stamp"));
    }

    private FugueMovableListOperation<T> readUpdate(ByteReader body) {
        long stamp = body.readLong("stamp");
        int count = body.readCount(ID_BYTES_MIN, "elements");
        List<FugueMovableListOperation.Replacement<T>> replacements = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            replacements.add(new FugueMovableListOperation.Replacement<>(readId(body), readValue(body)));
        }
        return new FugueMovableListOperation.Update<>(stamp, replacements);
    }

    private FugueMovableListOperation<T> readDelete(ByteReader body) {
        int count = body.readCount(1, "elements");
        List<ElementId> identities = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ElementId identity = ElementId.read(body);
            if (!identity.isNull()) {
                identities.add(identity);
            }
        }
        return new FugueMovableListOperation.Delete<>(identities);
    }

    private static ElementId readId(ByteReader in) {
        ElementId id = ElementId.read(in);
        if (id.isNull()) {
            throw new CrdtFormatException("An element without an id");
        }
        return id;
    }

    private T readValue(ByteReader in) {
        return codec.decode(in.readBlob("value"));
    }

    @Override
    public void encodeOperation(FugueMovableListOperation<T> operation, ByteWriter body) {
        if (operation instanceof FugueMovableListOperation.Insert<T> insert) {
            writeInsert(body, insert);
        } else if (operation instanceof FugueMovableListOperation.Move<T> move) {
            move.identity().write(body);
            move.position().write(body);
            move.left().write(body);
            move.right().write(body);
            body.writeLong(move.stamp());
        } else if (operation instanceof FugueMovableListOperation.Update<T> update) {
            body.writeLong(update.stamp()).writeUvarint(update.replacements().size());
            for (FugueMovableListOperation.Replacement<T> item : update.replacements()) {
                item.identity().write(body);
                body.writeBlob(codec.encode(item.value()));
            }
        } else if (operation instanceof FugueMovableListOperation.Delete<T> delete) {
            body.writeUvarint(delete.identities().size());
            delete.identities().forEach(identity -> identity.write(body));
        } else {
            throw new AssertionError(operation);
        }
    }

    private void writeInsert(ByteWriter body, FugueMovableListOperation.Insert<T> insert) {
        insert.left().write(body);
        insert.right().write(body);
        body.writeUvarint(insert.items().size());
        for (FugueMovableListOperation.Item<T> item : insert.items()) {
            item.identity().write(body);
            item.position().write(body);
            body.writeBlob(codec.encode(item.value()));
        }
    }

    @Override
    public void apply(FugueMovableListState<T> state, FugueMovableListOperation<T> operation) {
        state.apply(operation);
    }

    @Override
    public boolean applyOutOfOrder(FugueMovableListState<T> state, FugueMovableListOperation<T> operation) {
        return state.applyLate(operation);
    }
}
