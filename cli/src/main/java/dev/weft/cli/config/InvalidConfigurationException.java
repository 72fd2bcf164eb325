package dev.weft.cli.config;

import java.util.List;

/** The configuration has mistakes; all of them, in words for whoever made them. */
public final class InvalidConfigurationException extends RuntimeException {
    private final List<String> mistakes;

    InvalidConfigurationException(List<String> mistakes) {
        super(
                mistakes.size() == 1
                        ? "the configuration has a mistake:\n  " + mistakes.get(0)
                        : "the configuration has " + mistakes.size() + " mistakes:\n  "
                                + String.join("\n  ", mistakes));
        this.mistakes = List.copyOf(mistakes);
    }

    public List<String> mistakes() {
        return mistakes;
    }
}
