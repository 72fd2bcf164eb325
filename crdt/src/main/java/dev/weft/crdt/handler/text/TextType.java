package dev.weft.crdt.handler.text;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.Wtf8;
import dev.weft.crdt.handler.DataType;
import dev.weft.crdt.sequence.TextRope;

/** Text by index (spec crdt 15.1). The last operation in replay order wins a place; nothing commutes. */
public final class TextType implements DataType<TextRope, TextOperation> {
    public static final TextType INSTANCE = new TextType();

    /** Merging copies the text each time, so a long transaction of small inserts must not grow one without end. */
    private static final int COMPOUND_UNITS_MAX = 4096;

    private TextType() {}

    @Override
    public TextRope emptyState() {
        return new TextRope();
    }

    @Override
    public TextRope decodeState(ByteReader blob) {
        TextRope text = new TextRope();
        text.insert(0, readText(blob));
        return text;
    }

    @Override
    public void encodeState(TextRope state, ByteWriter blob) {
        String text = state.toString();
        Wtf8.write(blob, text, 0, text.length());
    }

    /** What it shows is all there is to it. */
    @Override
    public boolean outlivesSnapshot(TextRope state) {
        return true;
    }

    @Override
    public TextOperation decodeOperation(int kind, ByteReader body) {
        switch (kind) {
            case OperationKind.INSERT:
                return new TextOperation.Insert(body.readUvarint("index"), readBlob(body), false);
            case OperationKind.DELETE:
                return new TextOperation.Delete(body.readUvarint("index"), body.readUvarint("count"));
            case OperationKind.UPDATE:
                return new TextOperation.Update(body.readUvarint("index"), readBlob(body));
            default:
                return null;
        }
    }

    @Override
    public void encodeOperation(TextOperation operation, ByteWriter body) {
        if (operation instanceof TextOperation.Insert insert) {
            writeText(body.writeUvarint(insert.index()), insert.text());
        } else if (operation instanceof TextOperation.Update update) {
            writeText(body.writeUvarint(update.index()), update.text());
        } else if (operation instanceof TextOperation.Delete delete) {
            body.writeUvarint(delete.index()).writeUvarint(delete.count());
        } else {
            throw new AssertionError(operation);
        }
    }

    @Override
    public void apply(TextRope state, TextOperation operation) {
        applyReversibly(state, operation);
    }

    @Override
    public Runnable applyReversibly(TextRope state, TextOperation operation) {
        // Compared as long before narrowing: a peer may send indexes and counts up to 2^63 - 1.
        if (operation instanceof TextOperation.Insert insert) {
            int at = (int) Math.min(insert.index(), state.length());
            int count = insert.text().length();
            state.insert(at, insert.text());
            return () -> state.delete(at, count);
        }
        if (operation instanceof TextOperation.Delete delete && delete.index() < state.length()) {
            int from = (int) delete.index();
            String removed = state.slice(from, (int) Math.min(delete.count(), state.length() - from));
            state.delete(from, removed.length());
            return () -> state.insert(from, removed);
        }
        if (operation instanceof TextOperation.Update update && update.index() < state.length()) {
            int from = (int) update.index();
            String before = state.slice(from, Math.min(update.text().length(), state.length() - from));
            state.overwrite(from, update.text());
            return () -> state.overwrite(from, before);
        }
        return NOTHING;
    }

    @Override
    public TextOperation compound(TextOperation first, TextOperation second) {
        if (first instanceof TextOperation.Insert insert) {
            return intoInsert(insert, second);
        }
        if (first instanceof TextOperation.Delete a && second instanceof TextOperation.Delete b) {
            boolean touches = b.index() == a.index() || b.index() + b.count() == a.index();
            return touches ? new TextOperation.Delete(b.index(), a.count() + b.count()) : null;
        }
        return null;
    }

    private static TextOperation intoInsert(TextOperation.Insert first, TextOperation second) {
        if (second instanceof TextOperation.Insert next && first.covers(next.index(), 0)) {
            if (first.text().length() + next.text().length() > COMPOUND_UNITS_MAX) {
                return null;
            }
            int at = (int) (next.index() - first.index());
            return inserted(first, new StringBuilder(first.text()).insert(at, next.text()));
        }
        if (second instanceof TextOperation.Delete next && first.covers(next.index(), next.count())) {
            int at = (int) (next.index() - first.index());
            return inserted(first, new StringBuilder(first.text()).delete(at, at + (int) next.count()));
        }
        return null;
    }

    private static TextOperation inserted(TextOperation.Insert where, CharSequence text) {
        return new TextOperation.Insert(where.index(), text.toString(), true);
    }

    private static String readBlob(ByteReader body) {
        return readText(body.readBlobView("text"));
    }

    private static String readText(ByteReader reader) {
        return Wtf8.decode(reader.array(), reader.position(), reader.remaining());
    }

    private static void writeText(ByteWriter body, String text) {
        body.writeUvarint(Wtf8.encodedLength(text, 0, text.length()));
        Wtf8.write(body, text, 0, text.length());
    }
}
