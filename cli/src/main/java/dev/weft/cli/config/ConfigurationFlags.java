package dev.weft.cli.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The flags of every setting on a command, and the configuration they make together with file and environment. */
public final class ConfigurationFlags {
    private static final String FILE = "--config";
    private static final String FILE_VARIABLE = "WEFT_CONFIG";
    private static final String NO_CREATE = "--no-create";

    private ConfigurationFlags() {}

    /** Adds them; those without a short form are on the reference page only, for help would go on for pages. */
    public static void addTo(CommandSpec command) {
        command.addOption(OptionSpec.builder(FILE)
                .paramLabel("FILE")
                .type(String.class)
                .description("YAML file with options; see docs/configuration.md. Also " + FILE_VARIABLE + ".")
                .build());
        command.addOption(OptionSpec.builder(NO_CREATE)
                .arity("0")
                .type(boolean.class)
                .description("Refuse to open documents that do not exist, instead of creating them.")
                .build());
        for (Setting<?> setting : Settings.all()) {
            command.addOption(option(setting));
        }
        command.usageMessage()
                .footer(
                        "",
                        "Every option of docs/configuration.md is a flag under its name, such as"
                                + " --limits.connections 1000.");
    }

    private static OptionSpec option(Setting<?> setting) {
        List<String> names = new ArrayList<>(setting.aliases());
        names.add(setting.flag());
        OptionSpec.Builder option = OptionSpec.builder(names.toArray(String[]::new))
                .paramLabel(setting.isFlag() ? "true|false" : "VALUE")
                .type(String.class)
                .hidden(setting.aliases().isEmpty())
                .description(setting.description() + standard(setting));
        return setting.isFlag()
                ? option.arity("0..1").fallbackValue("true").build()
                : option.arity("1").build();
    }

    private static String standard(Setting<?> setting) {
        String shown = setting.formatted(setting.standard());
        return shown.isEmpty() || setting.isFlag() ? "" : " Default: " + shown;
    }

    /** @throws InvalidConfigurationException with every mistake there is */
    static Configuration read(ParseResult parsed, Map<String, String> environment) {
        String file = parsed.matchedOptionValue(FILE, environment.get(FILE_VARIABLE));
        List<String> mistakes = new ArrayList<>(unknownFlags(parsed));
        Map<String, String> inFile = file == null ? Map.of() : ConfigurationFile.read(Path.of(file), mistakes);
        return Configuration.of(flags(parsed), environment, inFile, file, mistakes);
    }

    /** By setting name. */
    static Map<String, String> flags(ParseResult parsed) {
        Map<String, String> flags = new LinkedHashMap<>();
        for (Setting<?> setting : Settings.all()) {
            if (parsed.hasMatchedOption(setting.flag())) {
                flags.put(setting.name(), parsed.matchedOptionValue(setting.flag(), ""));
            }
        }
        if (parsed.hasMatchedOption(NO_CREATE)) {
            flags.put(Settings.CLIENTS_CREATE.name(), "false");
        }
        return flags;
    }

    /** Told with all other mistakes, so the parser lets them pass. */
    private static List<String> unknownFlags(ParseResult parsed) {
        List<String> known = new ArrayList<>(parsed.commandSpec().optionsMap().keySet());
        List<String> mistakes = new ArrayList<>();
        boolean mayBeValue = false;
        for (String argument : parsed.unmatched()) {
            if (argument.startsWith("-")) {
                String flag = argument.split("=", 2)[0];
                mistakes.add(flag + ": there is no such flag" + Suggestion.amongst(known, flag));
                mayBeValue = !argument.contains("=");
            } else {
                if (!mayBeValue) {
                    mistakes.add("'" + argument + "' means nothing here");
                }
                mayBeValue = false;
            }
        }
        return mistakes;
    }

    /** As {@link #read}. */
    public static NodeSettings settings(ParseResult parsed, Map<String, String> environment) {
        return new NodeSettings(read(parsed, environment));
    }

    /** The effective configuration, line by line, without secrets. */
    public static List<String> describe(ParseResult parsed, Map<String, String> environment) {
        return read(parsed, environment).lines();
    }

    /** Variables that nobody reads and somebody may have mistyped. */
    public static List<String> unknownVariables(Map<String, String> environment) {
        return Configuration.unknownVariables(environment);
    }
}
