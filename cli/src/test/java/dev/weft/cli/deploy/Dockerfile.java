package dev.weft.cli.deploy;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the Dockerfile says about the container. */
final class Dockerfile {
    private static final Pattern VARIABLES = Pattern.compile("(?m)^ENV ([^\\\\\\n]*(?:\\\\\\n[^\\\\\\n]*)*)$");
    private static final Pattern VARIABLE = Pattern.compile("(\\w+)=(\\S+)");

    private Dockerfile() {}

    static Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        Matcher lines = VARIABLES.matcher(Repository.read("Dockerfile"));
        while (lines.find()) {
            Matcher variables = VARIABLE.matcher(lines.group(1));
            while (variables.find()) {
                environment.put(variables.group(1), variables.group(2));
            }
        }
        return environment;
    }
}
