package dev.weft.cli;

import dev.weft.cli.config.NodeSettings;
import dev.weft.server.storage.archive.DocumentArchive;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** All documents of a store into one file. */
@Command(
        name = "backup",
        description = {
            "Writes all documents of a store into one file. The store is named as for weft run.",
            "Of a database the nodes that use it may go on; of a data folder the node must be stopped."
        })
final class BackupCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE", description = "Where to; must not exist.")
    private Path file;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (Files.exists(file)) {
            throw new CommandFailedException(file + " exists already");
        }
        NodeSettings settings = OpenStore.settings(spec);
        // Under the name only when it is whole, so that nobody takes half a backup for one.
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        long documents;
        try (OpenStore opened = OpenStore.of(settings);
                OutputStream out = Files.newOutputStream(partial)) {
            documents = DocumentArchive.write(opened.store(), out);
        }
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        spec.commandLine()
                .getOut()
                .println(documents + (documents == 1 ? " document, " : " documents, ") + Files.size(file) + " bytes");
        return 0;
    }
}
