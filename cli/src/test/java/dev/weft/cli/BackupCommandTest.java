package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.embedded.EmbeddedDocumentStore;
import dev.weft.server.storage.embedded.EmbeddedStoreOptions;
import io.vertx.core.Future;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BackupCommandTest {
    private static final DocumentKey PAPER = DocumentKey.aware("paper");

    @TempDir
    private Path folder;

    private final StringWriter said = new StringWriter();

    private int execute(String... arguments) {
        CommandLine weft = Weft.commandLine();
        weft.setOut(new PrintWriter(said, true));
        weft.setErr(new PrintWriter(said, true));
        return weft.execute(arguments);
    }

    @Test
    void whatWasBackedUpIsRestored() throws Exception {
        EmbeddedDocumentStore store = open("data");
        long epoch = await(store.claim(PAPER, true));
        await(store.append(PAPER, epoch, 1, List.of("Kept.".getBytes(StandardCharsets.UTF_8))));
        await(store.close());
        String file = folder.resolve("backup.weft").toString();

        assertThat(execute("backup", file, "--data", folder.resolve("data").toString()))
                .as(said.toString())
                .isZero();
        assertThat(said.toString()).startsWith("1 document, ");
        assertThat(execute("restore", file, "--data", folder.resolve("other").toString()))
                .as(said.toString())
                .isZero();

        EmbeddedDocumentStore restored = open("other");
        epoch = await(restored.claim(PAPER, false));
        assertThat(await(restored.read(PAPER, epoch, 0, 1_000)).entries().get(0).blob())
                .isEqualTo("Kept.".getBytes(StandardCharsets.UTF_8));
        await(restored.close());

        assertThat(execute("restore", file, "--data", folder.resolve("other").toString()))
                .isEqualTo(1);
        assertThat(said.toString()).contains("1 were there already", "aware/paper");
    }

    @Test
    void aFileIsNeverOverwrittenAndNeverHalf() throws Exception {
        await(open("data").close());
        Path file = Files.writeString(folder.resolve("backup.weft"), "something else");
        assertThat(execute(
                        "backup",
                        file.toString(),
                        "--data",
                        folder.resolve("data").toString()))
                .isEqualTo(1);
        assertThat(file).hasContent("something else");
    }

    @Test
    void aDataFolderInUseIsLeftAlone() throws Exception {
        EmbeddedDocumentStore store = open("data");
        String file = folder.resolve("backup.weft").toString();
        assertThat(execute("backup", file, "--data", folder.resolve("data").toString()))
                .isEqualTo(1);
        assertThat(said.toString()).contains("weft: the store: ");
        assertThat(folder.resolve("backup.weft")).doesNotExist();
        await(store.close());
    }

    @Test
    void whatIsNoBackupIsRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("backup.weft"), "something else");
        assertThat(execute(
                        "restore",
                        file.toString(),
                        "--data",
                        folder.resolve("data").toString()))
                .isEqualTo(1);
        assertThat(execute(
                        "restore",
                        "nowhere.weft",
                        "--data",
                        folder.resolve("data").toString()))
                .isEqualTo(1);
        assertThat(said.toString()).contains("there is no file nowhere.weft");
    }

    private EmbeddedDocumentStore open(String name) throws Exception {
        EmbeddedDocumentStore store = new EmbeddedDocumentStore(EmbeddedStoreOptions.in(folder.resolve(name)));
        await(store.open());
        return store;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
