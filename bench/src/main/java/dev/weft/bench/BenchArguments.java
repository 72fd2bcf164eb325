package dev.weft.bench;

import java.util.HashMap;
import java.util.Map;

/** Arguments of the form {@code name=value}. */
public final class BenchArguments {
    private final Map<String, String> values = new HashMap<>();

    public BenchArguments(String... args) {
        for (var arg : args) {
            int equals = arg.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("not of the form name=value: " + arg);
            }
            values.put(arg.substring(0, equals), arg.substring(equals + 1));
        }
    }

    public String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    public int number(String name, int otherwise) {
        var value = values.get(name);
        return value == null ? otherwise : Integer.parseInt(value);
    }
}
