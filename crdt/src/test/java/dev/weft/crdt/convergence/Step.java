package dev.weft.crdt.convergence;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One step of a random program. Its numbers are taken modulo whatever there is to choose from when it runs, so any
 * subset of a program is a program: that is what makes shrinking simple.
 *
 * @param peer whose replica
 * @param a b c d choices
 */
record Step(Kind kind, int peer, int a, int b, int c, int d) {
    enum Kind {
        EDIT,
        /** Several edits, committed together. */
        TRANSACTION,
        READ,
        /** A few changes from anywhere, in any order, some of them twice. */
        DELIVER,
        /** Everything another peer has. */
        SYNC,
        /** A new process of the same peer, from its snapshot and changes. */
        RESTART,
        /** All peers catch up, one takes a snapshot, all adopt it. */
        STABILISE,
        /** Time passes for one peer. */
        TICK
    }

    /** Weights: editing and delivering most of the time, stabilising rarely. */
    private static final Kind[] KINDS = kinds();

    private static Kind[] kinds() {
        int[] weights = {40, 6, 14, 22, 6, 2, 2, 8};
        List<Kind> kinds = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (int i = 0; i < weights[kind.ordinal()]; i++) {
                kinds.add(kind);
            }
        }
        return kinds.toArray(Kind[]::new);
    }

    static List<Step> program(Random random) {
        List<Step> program = new ArrayList<>();
        for (int i = 20 + random.nextInt(100); i > 0; i--) {
            program.add(new Step(
                    KINDS[random.nextInt(KINDS.length)],
                    random.nextInt(60),
                    random.nextInt(1 << 16),
                    random.nextInt(1 << 16),
                    random.nextInt(1 << 16),
                    random.nextInt(1 << 16)));
        }
        return program;
    }

    /** A generator of this step's own. */
    Random random() {
        return new Random(((long) a << 48) ^ ((long) b << 32) ^ ((long) c << 16) ^ d);
    }
}
