package dev.weft.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.config.ConfigurationFlags;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What a node makes of the environment that a deployment gives it. */
final class NodeVariables {
    private NodeVariables() {}

    /** Fails unless a node would start with these: all are known, and their values fit. */
    static void requireUnderstood(Map<String, String> given) {
        Map<String, String> variables = new HashMap<>(given);
        variables.replaceAll(
                (name, value) -> name.endsWith("_FILE") ? standIn(name).toString() : value);
        assertThat(ConfigurationFlags.unknownVariables(variables)).isEmpty();
        describe(variables);
    }

    /** Fails unless a node would start with this list of operators. */
    static void requireTokens(Path file) {
        describe(Map.of("WEFT_HTTP_PORT", "0", "WEFT_HTTP_API_TOKENS_FILE", file.toString()));
    }

    private static void describe(Map<String, String> variables) {
        CommandSpec command = CommandSpec.create();
        ConfigurationFlags.addTo(command);
        ConfigurationFlags.describe(new CommandLine(command).parseArgs(), variables);
    }

    /** A file that is in the container only. Lists of tokens are read to see that they are some. */
    private static Path standIn(String variable) {
        return Repository.file(
                variable.endsWith("_TOKENS_FILE") ? "cli/src/test/resources/deploy/tokens.yaml" : "README.md");
    }

    /** How long a node that is told to stop may take. */
    static int stopSecondsMax() {
        Matcher constant = Pattern.compile("STOP_SECONDS_MAX = (\\d+);")
                .matcher(Repository.read("cli/src/main/java/dev/weft/cli/RunCommand.java"));
        assertThat(constant.find()).isTrue();
        return Integer.parseInt(constant.group(1));
    }
}
