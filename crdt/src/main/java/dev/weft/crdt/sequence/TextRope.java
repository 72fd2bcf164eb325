package dev.weft.crdt.sequence;

/** Text by index, in UTF-16 units: inserting and deleting anywhere costs O(log n). Not thread-safe. */
public final class TextRope {
    private final Blocks<String> blocks = new Blocks<>(ValueBuffer.Units::new);

    public int length() {
        return blocks.size();
    }

    /** @throws IndexOutOfBoundsException if the index is outside the text */
    public void insert(int at, String text) {
        blocks.insert(at, text, 0, text.length());
    }

    /** @throws IndexOutOfBoundsException if the range is not inside the text */
    public void delete(int at, int count) {
        blocks.remove(at, count);
    }

    /** Replaces units from there on; what does not fit is dropped. */
    public void overwrite(int at, String text) {
        int count = Math.min(text.length(), length() - at);
        blocks.remove(at, count);
        blocks.insert(at, text, 0, count);
    }

    /** @throws IndexOutOfBoundsException if the range is not inside the text */
    public String slice(int at, int count) {
        StringBuilder slice = new StringBuilder(Math.max(count, 0));
        blocks.forEach(
                at, count, (block, from, length) -> slice.append(((ValueBuffer.Units) block).units, from, length));
        return slice.toString();
    }

    @Override
    public String toString() {
        return slice(0, length());
    }
}
