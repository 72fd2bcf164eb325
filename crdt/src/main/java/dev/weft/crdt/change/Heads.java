package dev.weft.crdt.change;

import java.util.HashSet;
import java.util.Set;

/** The ordinals of changes no other one depends on, in the order in which they became so (spec crdt 6). */
final class Heads {
    /* From here on a set pays off: one hostile merge of many heads must not cost their square. */
    private static final int MANY = 16;

    private final IntList ordinals = new IntList();

    int size() {
        return ordinals.size();
    }

    int get(int index) {
        return ordinals.get(index);
    }

    boolean isOnly(int ordinal) {
        return ordinals.size() == 1 && ordinals.last() == ordinal;
    }

    /** A change arrived that depends on all heads. */
    void replaceAll(int ordinal) {
        ordinals.clear();
        ordinals.add(ordinal);
    }

    void clear() {
        ordinals.clear();
    }

    void add(int ordinal) {
        ordinals.add(ordinal);
    }

    /** A change arrived that depends on these. */
    void update(IntList dependencies, int ordinal) {
        if (ordinals.size() > MANY && dependencies.size() > MANY) {
            removeMany(dependencies);
        } else {
            for (int i = 0; i < dependencies.size(); i++) {
                int place = ordinals.indexOf(dependencies.get(i));
                if (place >= 0) {
                    ordinals.removeAt(place);
                }
            }
        }
        ordinals.add(ordinal);
    }

    private void removeMany(IntList dependencies) {
        Set<Integer> gone = new HashSet<>();
        for (int i = 0; i < dependencies.size(); i++) {
            gone.add(dependencies.get(i));
        }
        int[] before = ordinals.toArray();
        ordinals.clear();
        for (int head : before) {
            if (!gone.contains(head)) {
                ordinals.add(head);
            }
        }
    }
}
