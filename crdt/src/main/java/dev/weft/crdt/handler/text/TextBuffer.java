package dev.weft.crdt.handler.text;

import java.util.Arrays;

/**
 * Text with a gap where the last edit was, so that typing at one place moves nothing. Offsets are UTF-16 units and must
 * lie inside the text. Not thread-safe.
 */
public final class TextBuffer {
    private char[] units = new char[16];
    private int gapStart;
    private int gapEnd = units.length;

    TextBuffer() {}

    int length() {
        return units.length - (gapEnd - gapStart);
    }

    void insert(int at, String text) {
        ensureGap(text.length());
        moveGap(at);
        text.getChars(0, text.length(), units, gapStart);
        gapStart += text.length();
    }

    void delete(int at, int count) {
        moveGap(at);
        gapEnd += count;
    }

    /** Replaces units from there on; what does not fit is dropped. */
    void overwrite(int at, String text) {
        int count = Math.min(text.length(), length() - at);
        moveGap(at);
        text.getChars(0, count, units, gapEnd);
    }

    /** A copy of some units. */
    String slice(int at, int count) {
        moveGap(at);
        return new String(units, gapEnd, count);
    }

    @Override
    public String toString() {
        return new StringBuilder(length())
                .append(units, 0, gapStart)
                .append(units, gapEnd, units.length - gapEnd)
                .toString();
    }

    private void moveGap(int at) {
        int distance = at - gapStart;
        if (distance < 0) {
            System.arraycopy(units, at, units, gapEnd + distance, -distance);
        } else {
            System.arraycopy(units, gapEnd, units, gapStart, distance);
        }
        gapStart += distance;
        gapEnd += distance;
    }

    private void ensureGap(int wanted) {
        if (gapEnd - gapStart >= wanted) {
            return;
        }
        int tail = units.length - gapEnd;
        int needed = Math.addExact(length(), wanted);
        char[] grown = Arrays.copyOf(units, Math.addExact(needed, needed >> 1) + 16);
        System.arraycopy(units, gapEnd, grown, grown.length - tail, tail);
        gapEnd = grown.length - tail;
        units = grown;
    }
}
