package dev.weft.cli;

/** What a newcomer may try next; the README shows the same commands. */
final class Hints {
    private Hints() {}

    /** @param typing where to type, {@code watching} and {@code reading} likewise; in a cluster three nodes */
    static String next(String typing, String watching, String reading) {
        return String.join(
                System.lineSeparator(),
                "Try, in other terminals:",
                "  ./weft watch " + watching + " paper text --summary",
                "  ./weft type " + typing + " paper text --trace automerge-paper",
                "  ./weft cat " + reading + " paper text");
    }
}
