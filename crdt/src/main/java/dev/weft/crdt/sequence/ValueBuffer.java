package dev.weft.crdt.sequence;

import java.util.Arrays;

/**
 * The values of the live elements of one leaf, in order, packed. Tombstones have none.
 *
 * @param <C> what values come in: a {@code String} for UTF-16 units, an {@code Object[]} for anything else
 */
abstract class ValueBuffer<C> {
    private static final int CAPACITY_MIN = 4;

    int size;

    abstract void insert(int at, C source, int from, int count);

    abstract void remove(int at, int count);

    /** Moves the values from {@code at} on into a new buffer. */
    abstract ValueBuffer<C> splitOff(int at);

    /** The capacity to grow to for {@code wanted} values. */
    static int grown(int wanted) {
        return Math.max(CAPACITY_MIN, wanted + (wanted >> 1));
    }

    static final class Units extends ValueBuffer<String> {
        char[] units;

        Units() {
            this(CAPACITY_MIN);
        }

        private Units(int capacity) {
            units = new char[capacity];
        }

        @Override
        void insert(int at, String source, int from, int count) {
            if (size + count > units.length) {
                units = Arrays.copyOf(units, grown(size + count));
            }
            System.arraycopy(units, at, units, at + count, size - at);
            if (count == 1) {
                units[at] = source.charAt(from);
            } else {
                source.getChars(from, from + count, units, at);
            }
            size += count;
        }

        @Override
        void remove(int at, int count) {
            System.arraycopy(units, at + count, units, at, size - at - count);
            size -= count;
            if (size < units.length >> 2) {
                units = Arrays.copyOf(units, grown(size));
            }
        }

        @Override
        Units splitOff(int at) {
            Units tail = new Units(grown(size - at));
            System.arraycopy(units, at, tail.units, 0, size - at);
            tail.size = size - at;
            size = at;
            units = Arrays.copyOf(units, grown(size));
            return tail;
        }
    }

    static final class Objects extends ValueBuffer<Object[]> {
        Object[] values;

        Objects() {
            this(CAPACITY_MIN);
        }

        private Objects(int capacity) {
            values = new Object[capacity];
        }

        @Override
        void insert(int at, Object[] source, int from, int count) {
            if (size + count > values.length) {
                values = Arrays.copyOf(values, grown(size + count));
            }
            System.arraycopy(values, at, values, at + count, size - at);
            System.arraycopy(source, from, values, at, count);
            size += count;
        }

        @Override
        void remove(int at, int count) {
            System.arraycopy(values, at + count, values, at, size - at - count);
            Arrays.fill(values, size - count, size, null);
            size -= count;
            if (size < values.length >> 2) {
                values = Arrays.copyOf(values, grown(size));
            }
        }

        @Override
        Objects splitOff(int at) {
            Objects tail = new Objects(grown(size - at));
            System.arraycopy(values, at, tail.values, 0, size - at);
            tail.size = size - at;
            size = at;
            values = Arrays.copyOf(values, grown(size));
            return tail;
        }
    }
}
