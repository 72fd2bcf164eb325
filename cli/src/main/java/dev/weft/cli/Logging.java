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
        System.setProperty("weft.log", verbose ? "DEBUG" : node ? "INFO" : "WARN");
        System.setProperty("weft.log.others", verbose ? "INFO" : "WARN");
    }
}
