package dev.weft.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.chaos.fault.Fault;
import dev.weft.chaos.fault.Faults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentedFaultsTest {
    @Test
    void theListOfFailuresNamesEveryFaultOfTheSuite() throws IOException {
        Path document = Path.of("..", "docs", "failures.md").toAbsolutePath();
        String text = Files.readString(document);
        List<String> unnamed = Faults.all().stream()
                .map(Fault::name)
                .filter(name -> !text.contains("`" + name + "`"))
                .toList();
        assertThat(unnamed).isEmpty();
    }
}
