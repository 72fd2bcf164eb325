package dev.weft.chaos.fault;

import java.util.Optional;
import java.util.Set;

/** Something that goes wrong, and is put right again. */
public interface Fault {
    /** As on the command line and in reports. */
    String name();

    /** One sentence for people. */
    String story();

    Layout layout();

    /** Why it cannot be made on this machine; empty if it can. */
    default Optional<String> obstacle() {
        return Optional.empty();
    }

    /** Breaks it, and lets it be broken for as long as it takes. People are writing meanwhile. */
    void strike(Scene scene) throws InterruptedException;

    /** Puts right what a machine or an operator would put right. */
    void mend(Scene scene) throws InterruptedException;

    /** The nodes whose clients cannot but notice. */
    Set<Integer> affected(Scene scene);

    /**
     * How often people may have to connect again, at most.
     *
     * @param affected clients of the nodes whose clients cannot but notice
     * @param elsewhere everybody else
     */
    record Reconnects(int affected, int elsewhere) {
        public static final Reconnects ANY = new Reconnects(Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    default Reconnects reconnectsMax() {
        return Reconnects.ANY;
    }

    /** Whether people stop writing when it is mended, so that the time until all are equal can be told. */
    default boolean isQuietOnceMended() {
        return false;
    }

    /** Whether those it affects see each other's edits while it lasts, and so do those it does not affect. */
    default boolean isServedOnAllSides() {
        return false;
    }
}
