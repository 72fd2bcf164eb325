package dev.weft.cli.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The effective value of every setting and where it comes from. The command line wins over the environment, that over
 * the file, and that over what is standard.
 */
final class Configuration {
    /** Texts that YAML takes for themselves. */
    private static final Pattern PLAIN = Pattern.compile("|[A-Za-z0-9/_.]([A-Za-z0-9/_., -]|:(?=[^ ]))*");

    private final Map<String, Object> values = new LinkedHashMap<>();
    private final Map<String, String> sources = new LinkedHashMap<>();

    private Configuration() {}

    /**
     * @param flags by setting name
     * @param environment all of it
     * @param file by setting name, as {@link ConfigurationFile} reads it
     * @param fileName for people
     * @throws InvalidConfigurationException with every mistake there is
     */
    static Configuration of(
            Map<String, String> flags, Map<String, String> environment, Map<String, String> file, String fileName) {
        return of(flags, environment, file, fileName, List.of());
    }

    /** The same. @param known mistakes that were found before, to be told with the others */
    static Configuration of(
            Map<String, String> flags,
            Map<String, String> environment,
            Map<String, String> file,
            String fileName,
            List<String> known) {
        List<String> mistakes = new ArrayList<>(known);
        Configuration configuration = collect(flags, environment, file, fileName, mistakes);
        mistakes.addAll(Consistency.mistakesIn(configuration));
        if (!mistakes.isEmpty()) {
            throw new InvalidConfigurationException(mistakes);
        }
        return configuration;
    }

    /** Each setting by itself; whether they fit together is not looked at. @param mistakes to which more are added */
    static Configuration collect(
            Map<String, String> flags,
            Map<String, String> environment,
            Map<String, String> file,
            String fileName,
            List<String> mistakes) {
        mistakes.addAll(unknownKeys(file, fileName));
        Configuration configuration = new Configuration();
        for (Setting<?> setting : Settings.all()) {
            if (flags.containsKey(setting.name())) {
                configuration.take(setting, flags.get(setting.name()), "command line", mistakes);
            } else if (environment.containsKey(setting.variable())) {
                configuration.take(setting, environment.get(setting.variable()), setting.variable(), mistakes);
            } else if (file.containsKey(setting.name())) {
                configuration.take(setting, file.get(setting.name()), fileName, mistakes);
            } else {
                configuration.values.put(setting.name(), setting.standard());
                configuration.sources.put(setting.name(), "default");
            }
        }
        return configuration;
    }

    private void take(Setting<?> setting, String text, String source, List<String> mistakes) {
        try {
            values.put(setting.name(), setting.parse(text));
            sources.put(setting.name(), source);
        } catch (IllegalArgumentException e) {
            String shown = setting.isSecret() ? "its value" : "'" + Secrets.withoutPasswords(text) + "'";
            mistakes.add(setting.name() + ": " + shown + ", from " + source + ", " + e.getMessage());
            // So that the rest can be checked all the same.
            values.put(setting.name(), setting.standard());
            sources.put(setting.name(), "default");
        }
    }

    private static List<String> unknownKeys(Map<String, String> file, String fileName) {
        List<String> mistakes = new ArrayList<>();
        List<String> names = Settings.all().stream().map(Setting::name).toList();
        for (String key : file.keySet()) {
            if (!names.contains(key)) {
                mistakes.add(key + ": there is no such option, in " + fileName + Suggestion.amongst(names, key));
            }
        }
        return mistakes;
    }

    /** Variables that look like ours and are none; perhaps meant for somebody else, so no mistake. */
    static List<String> unknownVariables(Map<String, String> environment) {
        List<String> known = Settings.all().stream().map(Setting::variable).toList();
        List<String> unknown = new ArrayList<>();
        for (String name : environment.keySet()) {
            if (name.startsWith("WEFT_") && !known.contains(name)) {
                String suggestion = Suggestion.amongst(known, name);
                if (!suggestion.isEmpty()) {
                    unknown.add(name + " means nothing" + suggestion);
                }
            }
        }
        return unknown;
    }

    <T> T get(Setting<T> setting) {
        @SuppressWarnings("unchecked")
        T value = (T) values.get(setting.name());
        return value;
    }

    boolean isSet(Setting<?> setting) {
        return !"default".equals(sources.get(setting.name()));
    }

    /** One line per setting: name, value, source. Secrets are not shown; without any, it is a file that says the same. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        String section = "";
        for (Setting<?> setting : Settings.all()) {
            if (!setting.section().equals(section)) {
                section = setting.section();
                lines.add(section + ":");
            }
            lines.add(String.format(
                    "  %-28s %-32s # %s", setting.key() + ":", shown(setting), sources.get(setting.name())));
        }
        return lines;
    }

    private String shown(Setting<?> setting) {
        Object value = values.get(setting.name());
        if (value == null) {
            return "";
        }
        return asYaml(
                setting.isSecret()
                        ? Secrets.mask(setting.formatted(value))
                        : Secrets.withoutPasswords(setting.formatted(value)));
    }

    /** In quotes where plain text would mean something else. */
    private static String asYaml(String text) {
        boolean isPlain = PLAIN.matcher(text).matches();
        return isPlain ? text : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
