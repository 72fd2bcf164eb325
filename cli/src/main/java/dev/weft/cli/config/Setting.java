package dev.weft.cli.config;

import java.util.List;
import java.util.Locale;

/**
 * One option of a node.
 *
 * @param name section and key, as in the file: {@code limits.connections}
 * @param standard what it is if nobody says; null for nothing
 * @param isSecret whether its value must not be shown
 * @param aliases short flags
 */
record Setting<T>(String name, Kind<T> kind, T standard, boolean isSecret, List<String> aliases, String description) {
    /** A value of it, checked. */
    T parse(String text) {
        return kind.parse(text);
    }

    String flag() {
        return "--" + name;
    }

    String variable() {
        return "WEFT_" + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    String section() {
        return name.substring(0, name.lastIndexOf('.'));
    }

    String key() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    boolean isFlag() {
        return kind == Kind.FLAG;
    }

    String formatted(Object value) {
        @SuppressWarnings("unchecked")
        T typed = (T) value;
        return typed == null ? "" : kind.format(typed);
    }
}
