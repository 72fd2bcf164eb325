package dev.weft.crdt.change;

import java.util.Arrays;

/** A growing list of ints without boxes. Grows by a quarter: it lives as long as its document. */
final class IntList {
    private int[] items;
    private int size;

    IntList() {
        this.items = new int[4];
    }

    int size() {
        return size;
    }

    int get(int index) {
        return items[index];
    }

    int last() {
        return items[size - 1];
    }

    void add(int item) {
        ensureOneMore();
        items[size++] = item;
    }

    void insert(int index, int item) {
        ensureOneMore();
        System.arraycopy(items, index, items, index + 1, size - index);
        items[index] = item;
        size++;
    }

    void removeAt(int index) {
        System.arraycopy(items, index + 1, items, index, size - index - 1);
        size--;
    }

    void clear() {
        size = 0;
    }

    int indexOf(int item) {
        for (int i = 0; i < size; i++) {
            if (items[i] == item) {
                return i;
            }
        }
        return -1;
    }

    int[] toArray() {
        return Arrays.copyOf(items, size);
    }

    private void ensureOneMore() {
        if (size == items.length) {
            items = Arrays.copyOf(items, size + Math.max(4, size >> 2));
        }
    }
}
