package dev.weft.cli;

/** How much the log tells, chosen before the first logger exists: {@code logback.xml} reads the properties. */
final class Logging {
    private Logging() {}

    enum LogFormat {
        text,
        json
    }

    /** @param node whether this process is a node, whose comings and goings are of interest */
    static void choose(boolean verbose, boolean node, LogFormat format) {
        System.setProperty("weft.log.format", format.name());
        unlessGiven("weft.log", verbose ? "DEBUG" : node ? "INFO" : "WARN");
        unlessGiven("weft.log.others", verbose ? "INFO" : "WARN");
    }

    /** What was asked for with {@code -D} counts, so that a whole cluster of child processes can be told at once. */
    private static void unlessGiven(String property, String level) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, level);
        }
    }
}
