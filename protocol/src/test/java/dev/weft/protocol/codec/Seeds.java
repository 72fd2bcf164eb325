package dev.weft.protocol.codec;

/** The seed of a randomised test: {@code -Dseed}, or a fresh one, printed so that a failure can be replayed. */
final class Seeds {
    private Seeds() {}

    static long next(Class<?> test) {
        Long chosen = Long.getLong("seed");
        long seed = chosen == null ? System.nanoTime() : chosen;
        System.out.println(test.getSimpleName() + ": replay with -Dseed=" + seed);
        return seed;
    }
}
