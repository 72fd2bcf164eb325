package dev.weft.cli;

import dev.weft.cli.config.ConfigurationFlags;
import dev.weft.cli.config.InvalidConfigurationException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line's entry. Exit codes: 0 done, 1 failed, 2 the command line itself is wrong. */
@Command(
        name = "weft",
        description = "A clustered sync server for documents that many edit at once, and tools to talk to it.",
        footer = {
            "",
            "weft help COMMAND, or weft COMMAND --help, explains one command. Also, from the launcher script:",
            "weft bench runs a benchmark, weft simulate --seeds N simulates clusters with faults, weft fuzz --rounds N feeds"
                    + " damaged input to every decoder, weft fuzz --socket --minutes N to a running node, weft chaos --rounds N kills, freezes and cuts off real nodes.",
            "Exit codes: 0 done, 1 failed, 2 wrong usage."
        })
public final class Weft {
    /** In the order of the help. */
    private static final Map<String, Supplier<Object>> COMMANDS = commands();

    /** Commands whose options are those of a node. */
    private static final Set<String> CONFIGURED = Set.of("run", "config", "backup", "restore");

    /** Those that are about nothing else. */
    private static final Set<String> ALONE = Set.of("run", "config");

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Log more, and show stack traces of errors.")
    private boolean verbose;

    @Option(
            names = "--log-format",
            scope = ScopeType.INHERIT,
            defaultValue = "text",
            description =
                    "How log lines look: ${COMPLETION-CANDIDATES}, one object per line. Default: ${DEFAULT-VALUE}")
    private Logging.LogFormat logFormat;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    private Weft() {}

    public static void main(String[] arguments) {
        String[] words = withHelpAsOption(arguments);
        System.exit(commandLine(words.length == 0 ? "" : words[0]).execute(words));
    }

    private static Map<String, Supplier<Object>> commands() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("run", RunCommand::new);
        commands.put("config", ConfigCommand::new);
        commands.put("cluster", ClusterCommand::new);
        commands.put("backup", BackupCommand::new);
        commands.put("restore", RestoreCommand::new);
        commands.put("cat", CatCommand::new);
        commands.put("watch", WatchCommand::new);
        commands.put("type", TypeCommand::new);
        commands.put("rehearse", RehearseCommand::new);
        return commands;
    }

    /** {@code help} and {@code help COMMAND} as the options of the same meaning. */
    static String[] withHelpAsOption(String[] arguments) {
        if (arguments.length == 0 || !arguments[0].equals("help")) {
            return arguments;
        }
        return arguments.length == 1 ? new String[] {"--help"} : new String[] {arguments[1], "--help"};
    }

    static CommandLine commandLine() {
        return commandLine("");
    }

    /** With the one command that is wanted, since a node starts sooner without the options of all; with all if there is none such. */
    private static CommandLine commandLine(String wanted) {
        Weft weft = new Weft();
        CommandLine commandLine = new CommandLine(weft);
        COMMANDS.forEach((name, command) -> {
            if (name.equals(wanted) || !COMMANDS.containsKey(wanted)) {
                commandLine.addSubcommand(command.get());
                if (CONFIGURED.contains(name)) {
                    ConfigurationFlags.addTo(
                            commandLine.getSubcommands().get(name).getCommandSpec());
                }
                // What is no flag is told together with all other mistakes of the configuration.
                commandLine.getSubcommands().get(name).setUnmatchedArgumentsAllowed(ALONE.contains(name));
            }
        });
        commandLine.setUsageHelpAutoWidth(true);
        commandLine.setExecutionStrategy(parsed -> {
            if (CommandLine.printHelpIfRequested(parsed)) {
                return CommandLine.ExitCode.OK;
            }
            CommandLine.ParseResult innermost = parsed;
            while (innermost.hasSubcommand()) {
                innermost = innermost.subcommand();
            }
            if (innermost.commandSpec().userObject() instanceof Weft) {
                throw new CommandLine.ParameterException(commandLine, "A command is missing");
            }
            Logging.choose(weft.verbose, innermost.commandSpec().userObject() instanceof RunCommand, weft.logFormat);
            return new CommandLine.RunLast().execute(parsed);
        });
        commandLine.setExecutionExceptionHandler((failure, failed, parsed) -> {
            if (failure instanceof InvalidConfigurationException) {
                failed.getErr().println("weft: " + failure.getMessage());
                return CommandLine.ExitCode.USAGE;
            }
            failed.getErr().println("weft: " + Failures.describe(failure));
            if (weft.verbose) {
                failure.printStackTrace(failed.getErr());
            }
            return CommandLine.ExitCode.SOFTWARE;
        });
        return commandLine;
    }
}
