package dev.weft.crdt.handler.text;

import dev.weft.crdt.handler.HandlerHost;
import dev.weft.crdt.handler.HandlerTags;
import dev.weft.crdt.handler.fugue.FugueHandler;

/**
 * Text whose characters keep their place among their neighbours (spec crdt 16.8). All indexes and counts are UTF-16
 * units.
 */
public final class FugueTextHandler extends FugueHandler<FugueTextState, FugueTextValues> {
    public static final String TYPE = HandlerTags.FUGUE_TEXT;

    public FugueTextHandler(HandlerHost host, String id) {
        super(host, id, TYPE, FugueTextType.INSTANCE);
    }

    @Override
    public String value() {
        return state().text();
    }

    public int length() {
        FugueTextState state = state();
        return state.isPlain() ? state.tree().size() : state.text().length();
    }

    /**
     * Inserts before the index; past the end, appends. An empty text makes no change.
     *
     * @throws IndexOutOfBoundsException if the index is negative
     */
    public void insert(int index, String text) {
        insertValues(index, text.length(), FugueTextValues.of(text));
    }

    /**
     * Replaces units from the index on, never growing the text: what reaches past the end is dropped.
     *
     * @throws IndexOutOfBoundsException if the index is negative
     */
    public void update(int index, String text) {
        requireNotNegative(index);
        int count = Math.max(0, Math.min(text.length(), state().tree().size() - index));
        replaceValues(index, count, FugueTextValues.of(text));
    }

    /** Turns the text into another one by the fewest insertions and deletions, see {@link TextDiff}. */
    public void change(String newText) {
        TextDiff.apply(value(), newText, this::insert, this::delete);
    }
}
