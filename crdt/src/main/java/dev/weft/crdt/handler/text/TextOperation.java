package dev.weft.crdt.handler.text;

import dev.weft.crdt.change.OperationKind;
import dev.weft.crdt.handler.Operation;

/** The edits of {@link TextHandler}. Indexes and counts are UTF-16 units, as large as peers care to send them. */
sealed interface TextOperation extends Operation {

    /**
     * @param withinText whether the index lay inside the text when the edit was made; unknown of remote ones. Merging
     *     relies on it
     */
    record Insert(long index, String text, boolean withinText) implements TextOperation {
        @Override
        public int kind() {
            return OperationKind.INSERT;
        }

        boolean covers(long from, long length) {
            return withinText && from >= index && length <= text.length() - (from - index);
        }
    }

    record Delete(long index, long count) implements TextOperation {
        @Override
        public int kind() {
            return OperationKind.DELETE;
        }
    }

    record Update(long index, String text) implements TextOperation {
        @Override
        public int kind() {
            return OperationKind.UPDATE;
        }
    }
}
