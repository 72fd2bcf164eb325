package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class WeftTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        CommandLine weft = Weft.commandLine();
        weft.setOut(new PrintWriter(out, true));
        weft.setErr(new PrintWriter(err, true));
        return weft.execute(Weft.withHelpAsOption(arguments));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fly",
                "cat",
                "cat ws://localhost:1 document",
                "cat http://localhost:1 document text",
                "cat localhost:1 document text",
                "type ws://localhost:1 document text",
                "run --port",
            })
    void wrongUsageIsExitCodeTwo(String line) {
        assertThat(execute(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains("Usage: weft");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run --port many",
                "run --store cloud",
                "run --cluster-name lonely",
                "run --host 0.0.0.0",
                "run --limits.connection 3",
                "config here",
                "config --store postgres"
            })
    void aWrongConfigurationIsExitCodeTwoAndSaysWhatIsWrong(String line) {
        assertThat(execute(line.split(" "))).isEqualTo(2);
        assertThat(err.toString()).startsWith("weft: the configuration has a mistake:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"help", "--help", "help run", "cluster --help", "type -h"})
    void helpIsNoFailure(String line) {
        assertThat(execute(line.split(" "))).isZero();
        assertThat(out.toString()).contains("Usage: weft");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aServerThatIsNotThereIsOneLineAndExitCodeOne() {
        assertThat(execute("cat", "ws://127.0.0.1:1", "document", "text")).isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("weft: cannot open 'document' at ws://127.0.0.1:1: Connection refused");
    }
}
