package dev.weft.crdt.handler.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The shortest way from one text to another by insertions and deletions of UTF-16 units (spec crdt 18). Finds the same
 * edits as the reference, so that the operations are the same too, with bounded memory and time: texts that have too
 * little in common are replaced between what they begin and end with.
 */
public final class TextDiff {
    /** The most insertions and deletions of single units that are looked for. */
    static final int DISTANCE_MAX = 2000;

    /** The most comparisons of units, against texts that agree for long and on many diagonals. */
    static final int COMPARISONS_MAX = 50_000_000;

    /** What happens to a segment. */
    public enum Kind {
        EQUAL,
        INSERT,
        REMOVE
    }

    /** Ranges in UTF-16 units, end exclusive; an insertion has an empty old range, a removal an empty new one. */
    public record Segment(Kind kind, int oldStart, int oldEnd, int newStart, int newEnd) {
        private int oldLength() {
            return oldEnd - oldStart;
        }
    }

    /** Inserts text before an index. */
    @FunctionalInterface
    public interface Inserter {
        void insert(int index, String text);
    }

    /** Deletes a count of units from an index on. */
    @FunctionalInterface
    public interface Deleter {
        void delete(int index, int count);
    }

    private final String oldText;
    private final String newText;
    private final int prefix;
    private final int oldSize;
    private final int newSize;
    private final List<Segment> segments = new ArrayList<>();

    private TextDiff(String oldText, String newText) {
        this.oldText = oldText;
        this.newText = newText;
        int shorter = Math.min(oldText.length(), newText.length());
        int front = 0;
        while (front < shorter && oldText.charAt(front) == newText.charAt(front)) {
            front++;
        }
        int back = 0;
        while (back < shorter - front
                && oldText.charAt(oldText.length() - 1 - back) == newText.charAt(newText.length() - 1 - back)) {
            back++;
        }
        prefix = front;
        oldSize = oldText.length() - front - back;
        newSize = newText.length() - front - back;
    }

    /** The segments from left to right. */
    public static List<Segment> between(String oldText, String newText) {
        TextDiff diff = new TextDiff(oldText, newText);
        diff.run();
        return diff.segments;
    }

    /** Edits the old text into the new one, from left to right. */
    public static void apply(String oldText, String newText, Inserter inserter, Deleter deleter) {
        int offset = 0;
        for (Segment segment : between(oldText, newText)) {
            if (segment.kind() == Kind.INSERT) {
                String inserted = newText.substring(segment.newStart(), segment.newEnd());
                inserter.insert(segment.oldStart() + offset, inserted);
                offset += inserted.length();
            } else if (segment.kind() == Kind.REMOVE) {
                deleter.delete(segment.oldStart() + offset, segment.oldLength());
                offset -= segment.oldLength();
            }
        }
    }

    private void run() {
        add(Kind.EQUAL, 0, prefix, 0, prefix);
        int oldEnd = prefix + oldSize;
        int newEnd = prefix + newSize;
        List<int[]> layers = oldSize == 0 || newSize == 0 ? null : layers();
        if (layers == null) {
            add(Kind.REMOVE, prefix, oldEnd, prefix, prefix);
            add(Kind.INSERT, oldEnd, oldEnd, prefix, newEnd);
        } else {
            addMiddle(backtrack(layers));
        }
        add(Kind.EQUAL, oldEnd, oldText.length(), newEnd, newText.length());
    }

    private void add(Kind kind, int oldStart, int oldEnd, int newStart, int newEnd) {
        if (oldStart < oldEnd || newStart < newEnd) {
            segments.add(new Segment(kind, oldStart, oldEnd, newStart, newEnd));
        }
    }

    /*
     * Myers' greedy algorithm: layer d holds, for each diagonal k, how far d edits reach. Only the diagonals -d, -d + 2, …
     * of a layer are ever looked at, so that is what is kept, at index (k + d) / 2.
     *
     * Null if the bounds were reached first.
     */
    private List<int[]> layers() {
        List<int[]> layers = new ArrayList<>();
        int[] previous = {0};
        long comparisons = 0;
        for (int d = 0; d <= DISTANCE_MAX; d++) {
            int[] layer = new int[d + 1];
            boolean done = false;
            for (int k = -d; k <= d; k += 2) {
                int start = d == 0
                        ? 0
                        : comesFromAbove(previous, d, k) ? at(previous, d, k + 1) : at(previous, d, k - 1) + 1;
                int x = start;
                int y = x - k;
                while (x < oldSize && y < newSize && oldText.charAt(prefix + x) == newText.charAt(prefix + y)) {
                    x++;
                    y++;
                }
                comparisons += x - start + 1;
                layer[k + d >> 1] = x;
                done |= x >= oldSize && y >= newSize;
            }
            layers.add(layer);
            if (done) {
                return layers;
            }
            if (comparisons > COMPARISONS_MAX) {
                return null;
            }
            previous = layer;
        }
        return null;
    }

    /** Whether diagonal k of layer d is reached by an insertion, from k + 1. */
    private static boolean comesFromAbove(int[] previous, int d, int k) {
        return k == -d || k != d && at(previous, d, k - 1) < at(previous, d, k + 1);
    }

    /** How far layer d - 1 reaches on diagonal k. */
    private static int at(int[] previous, int d, int k) {
        return previous[k + d - 1 >> 1];
    }

    /** One edit of one unit: an insertion before {@code x} of the unit at {@code y}, or a removal of the unit at x. */
    private record Edit(Kind kind, int x, int y) {}

    private List<Edit> backtrack(List<int[]> layers) {
        List<Edit> edits = new ArrayList<>();
        int x = oldSize;
        int y = newSize;
        for (int d = layers.size() - 1; d > 0; d--) {
            int[] previous = layers.get(d - 1);
            int k = x - y;
            int fromX = comesFromAbove(previous, d, k) ? at(previous, d, k + 1) : at(previous, d, k - 1);
            int fromY = fromX - (comesFromAbove(previous, d, k) ? k + 1 : k - 1);
            while (x > fromX && y > fromY) {
                x--;
                y--;
            }
            if (x == fromX) {
                y--;
                edits.add(new Edit(Kind.INSERT, x, y));
            } else {
                x--;
                edits.add(new Edit(Kind.REMOVE, x, y));
            }
        }
        Collections.reverse(edits);
        return edits;
    }

    private void addMiddle(List<Edit> edits) {
        int x = 0;
        int y = 0;
        int i = 0;
        while (i < edits.size()) {
            Edit first = edits.get(i);
            addInMiddle(Kind.EQUAL, x, first.x(), y, first.y());
            x = first.x();
            y = first.y();
            int startX = x;
            int startY = y;
            while (i < edits.size()
                    && edits.get(i).kind() == first.kind()
                    && edits.get(i).x() == x
                    && edits.get(i).y() == y) {
                x += first.kind() == Kind.REMOVE ? 1 : 0;
                y += first.kind() == Kind.INSERT ? 1 : 0;
                i++;
            }
            addInMiddle(first.kind(), startX, x, startY, y);
        }
        addInMiddle(Kind.EQUAL, x, oldSize, y, newSize);
    }

    private void addInMiddle(Kind kind, int oldStart, int oldEnd, int newStart, int newEnd) {
        add(kind, prefix + oldStart, prefix + oldEnd, prefix + newStart, prefix + newEnd);
    }
}
