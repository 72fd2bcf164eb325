package dev.weft.crdt.handler.text;

import dev.weft.crdt.handler.Handler;
import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.sequence.TextRope;

/** Text by index (spec crdt 15.1). All indexes and counts are UTF-16 units. */
public final class TextHandler extends Handler<TextRope, TextOperation> {
    public static final String TYPE = "CRDTTextHandler";

    public TextHandler(HandlerHost host, String id) {
        super(host, id, TYPE, TextType.INSTANCE);
    }

    @Override
    public String value() {
        return state().toString();
    }

    public int length() {
        return state().length();
    }

    /**
     * Inserts before the index; past the end, appends. An empty text still makes a change, as in the reference.
     *
     * @throws IndexOutOfBoundsException if the index is negative
     */
    public void insert(int index, String text) {
        requireNotNegative(index);
        submit(new TextOperation.Insert(index, text, index <= length()));
    }

    /** Removes units from the index on; what lies past the end is ignored. */
    public void delete(int index, int count) {
        requireNotNegative(index);
        requireNotNegative(count);
        submit(new TextOperation.Delete(index, count));
    }

    /** Overwrites units from the index on, never growing the text. */
    public void update(int index, String text) {
        requireNotNegative(index);
        submit(new TextOperation.Update(index, text));
    }

    /** Turns the text into another one by the fewest insertions and deletions, see {@link TextDiff}. */
    public void change(String newText) {
        TextDiff.apply(value(), newText, this::insert, this::delete);
    }

    private static void requireNotNegative(int number) {
        if (number < 0) {
            throw new IndexOutOfBoundsException(number);
        }
    }
}
