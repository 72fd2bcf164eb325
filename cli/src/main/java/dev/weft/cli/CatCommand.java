package dev.weft.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints a text exactly as it is, without a line end of its own. */
@Command(name = "cat", description = "Prints a text of a document.")
final class CatCommand implements Callable<Integer> {
    @Mixin
    private Target target;

    @Override
    public Integer call() throws InterruptedException {
        try (DocumentSession session = DocumentSession.open(target)) {
            Optional<String> text = session.read(
                    document -> Text.find(document, target.handlerId()).map(Text::value));
            if (text.isEmpty()) {
                throw new CommandFailedException("document '" + target.documentId() + "' has no text '"
                        + target.handlerId() + "' at " + target.shownUrl());
            }
            PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            out.print(text.get());
            out.flush();
            return 0;
        }
    }
}
