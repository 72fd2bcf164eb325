package dev.weft.cli;

import dev.weft.cli.config.ConfigurationFlags;
import dev.weft.cli.config.ReferencePage;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what a node would be started with. */
@Command(
        name = "config",
        description = {
            "Prints the configuration that weft run with the same flags would use, and where each value comes from.",
            "Secrets are not shown. If there are mistakes, prints them all and exits with 2."
        })
final class ConfigCommand implements Callable<Integer> {
    @Option(names = "--reference", description = "Print the reference page of all options instead.")
    private boolean reference;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        if (reference) {
            out.print(ReferencePage.text());
        } else {
            ConfigurationFlags.unknownVariables(System.getenv())
                    .forEach(warning -> spec.commandLine().getErr().println("weft: " + warning));
            ConfigurationFlags.describe(spec.commandLine().getParseResult(), System.getenv())
                    .forEach(out::println);
        }
        out.flush();
        return 0;
    }
}
