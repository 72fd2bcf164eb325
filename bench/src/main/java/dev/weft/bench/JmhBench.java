package dev.weft.bench;

import java.io.IOException;

/** Runs the JMH benchmarks of this module. Takes the arguments of JMH: a pattern of names, {@code -f}, {@code -i}, {@code -l}. */
public final class JmhBench {
    private JmhBench() {}

    public static void main(String[] arguments) throws IOException {
        org.openjdk.jmh.Main.main(arguments);
    }
}
