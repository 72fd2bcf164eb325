package dev.weft.cli;

import dev.weft.server.storage.archive.DocumentArchive;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.zip.ZipException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The documents of a backup into a store. */
@Command(
        name = "restore",
        description = {
            "Puts the documents of a backup into a store, which is named as for weft run.",
            "Documents that are there already are left as they are and named; the exit code is 1 then."
        })
final class RestoreCommand implements Callable<Integer> {
    private static final int NAMED_MAX = 20;

    @Parameters(index = "0", paramLabel = "FILE", description = "Written by weft backup.")
    private Path file;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        DocumentArchive.Restored restored;
        verify();
        try (InputStream in = Files.newInputStream(file);
                OpenStore opened = OpenStore.of(OpenStore.settings(spec))) {
            restored = DocumentArchive.restore(in, opened.store());
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(restored.documents() + (restored.documents() == 1 ? " document" : " documents") + " restored");
        if (restored.skipped().isEmpty()) {
            return 0;
        }
        out.println(restored.skipped().size() + " were there already and are left as they are:");
        restored.skipped().stream().limit(NAMED_MAX).forEach(key -> out.println("  " + key));
        return 1;
    }

    /** Before anything is written: what is damaged is not restored up to the damage. */
    private void verify() throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            DocumentArchive.verify(in);
        } catch (NoSuchFileException e) {
            throw new CommandFailedException("there is no file " + file, e);
        } catch (ZipException | EOFException e) {
            throw new CommandFailedException(file + " is no backup, or a damaged one: " + e.getMessage(), e);
        }
    }
}
