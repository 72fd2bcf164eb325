package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceTest {
    @TempDir
    private Path folder;

    @Test
    void countsPositionsInUnitsWhereTheFileCountsCodePoints() throws IOException {
        Trace trace = load("{\"startContent\":\"\",\"endContent\":\"a\uD83D\uDE00c\",\"txns\":["
                + "{\"time\":\"t\",\"patches\":[[0,0,\"\uD83D\uDE00\uD83D\uDE00c\"]]},"
                + "{\"patches\":[[1,1,\"\"],[0,0,\"a\"]]}]}");
        assertThat(trace.edits())
                .containsExactly(
                        new Trace.Edit(0, 0, "\uD83D\uDE00\uD83D\uDE00c"),
                        new Trace.Edit(2, 2, ""),
                        new Trace.Edit(0, 0, "a"));
        assertThat(typed(trace)).isEqualTo(trace.endContent());
    }

    @Test
    void readsCompressedFilesWhateverTheyAreCalled() throws IOException {
        Path file = folder.resolve("trace");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("{\"endContent\":\"x\",\"txns\":[{\"patches\":[[0,0,\"x\"]]}]}".getBytes());
        }
        assertThat(typed(Trace.load(file.toString()))).isEqualTo("x");
    }

    @Test
    void refusesWhatItCannotTypeInOneLine() {
        assertThatThrownBy(() -> Trace.load("no-such-trace"))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("no trace 'no-such-trace'");
        assertThatThrownBy(() -> load("{\"kind\":\"concurrent\",\"endContent\":\"\"}"))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("several authors");
        assertThatThrownBy(() -> load("not json")).isInstanceOf(CommandFailedException.class);
        assertThatThrownBy(() -> load("{}")).isInstanceOf(CommandFailedException.class);
    }

    private Trace load(String json) throws IOException {
        Path file = folder.resolve("trace.json");
        Files.writeString(file, json);
        return Trace.load(file.toString());
    }

    private static String typed(Trace trace) {
        StringBuilder text = new StringBuilder(trace.startContent());
        trace.edits().forEach(edit -> text.replace(edit.position(), edit.position() + edit.deleted(), edit.inserted()));
        return text.toString();
    }
}
