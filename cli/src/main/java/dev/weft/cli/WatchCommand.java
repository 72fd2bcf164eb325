package dev.weft.cli;

import dev.weft.crdt.document.Document;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints a text again whenever it has changed. */
@Command(
        name = "watch",
        description = "Prints a text of a document, and again after every change, until stopped with Ctrl-C.")
final class WatchCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
    private static final int TAIL_CHARACTERS = 60;

    @Mixin
    private Target target;

    @Option(
            names = "--summary",
            description = "One line per state, its time, length and end, instead of the whole text.")
    private boolean summary;

    @Option(
            names = "--every",
            defaultValue = "200",
            paramLabel = "MILLIS",
            description = "Shortest time between two states; those in between are skipped. Default: ${DEFAULT-VALUE}")
    private int everyMillis;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    @Override
    public Integer call() throws InterruptedException {
        try (DocumentSession session = DocumentSession.open(target)) {
            Semaphore changed = new Semaphore(1);
            session.client().onStatus(status -> System.err.println("weft: " + status));
            session.read(document -> document.onUpdate(changed::release));
            String shown = null;
            while (true) {
                changed.acquire();
                changed.drainPermits();
                String value = session.read(this::value);
                if (!value.equals(shown)) {
                    show(value);
                    shown = value;
                }
                TimeUnit.MILLISECONDS.sleep(everyMillis);
            }
        }
    }

    private String value(Document document) {
        return Text.find(document, target.handlerId()).map(Text::value).orElse("");
    }

    private void show(String value) {
        if (summary) {
            String tail = value.substring(Math.max(0, value.length() - TAIL_CHARACTERS));
            out.println(LocalTime.now().format(TIME) + "  " + value.length() + " characters  ..."
                    + tail.replace("\n", "\\n"));
        } else {
            out.println("--- " + LocalTime.now().format(TIME) + ", " + value.length() + " characters");
            out.println(value);
        }
    }
}
