package dev.weft.cli;

import dev.weft.client.DurabilityUnknownException;
import dev.weft.client.Edit;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Types a recorded editing session into a text over the wire, one change per recorded edit. */
@Command(
        name = "type",
        description = {
            "Types a recorded editing session into a text, edit by edit, as fast as the server takes it or at a rate.",
            "Then reads the text back over a new connection and compares it with the end of the recording."
        })
final class TypeCommand implements Callable<Integer> {
    /** Edits the server has not confirmed yet; more would only queue up here. */
    private static final int UNCONFIRMED_MAX = 2_000;

    @Mixin
    private Target target;

    @Option(
            names = "--trace",
            required = true,
            paramLabel = "FILE",
            description = "A recording: a file, or the name of one of those in bench/src/main/resources/traces.")
    private String traceFile;

    @Option(
            names = "--type",
            defaultValue = "fugue",
            description =
                    "What to create if the text does not exist: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private Text.Type type;

    @Option(
            names = "--rate",
            defaultValue = "0",
            paramLabel = "N",
            description = "Edits per second, 0 for as fast as possible. Default: ${DEFAULT-VALUE}")
    private int rate;

    private final Semaphore window = new Semaphore(UNCONFIRMED_MAX);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    @Override
    public Integer call() throws InterruptedException {
        Trace trace = Trace.load(traceFile);
        long started = System.nanoTime();
        try (DocumentSession session = DocumentSession.open(target)) {
            Text text = session.read(document -> Text.findOrCreate(document, target.handlerId(), type));
            requireStart(trace, session.read(document -> text.value()));
            typeAll(trace, session, text);
        }
        double seconds = (System.nanoTime() - started) / 1e9;
        System.out.printf(
                "Typed %,d edits in %.1f s, %,.0f per second, all confirmed by the server.%n",
                trace.edits().size(), seconds, trace.edits().size() / seconds);
        return compare(trace);
    }

    private void requireStart(Trace trace, String present) {
        if (!present.equals(trace.startContent())) {
            throw new CommandFailedException("'" + target.handlerId() + "' of document '" + target.documentId()
                    + "' already holds " + present.length()
                    + " characters, where the recording starts with "
                    + trace.startContent().length() + "; type into another document or handler");
        }
    }

    private void typeAll(Trace trace, DocumentSession session, Text text) throws InterruptedException {
        long first = System.nanoTime();
        try (Progress progress = new Progress(trace.edits().size())) {
            int typed = 0;
            for (Trace.Edit edit : trace.edits()) {
                pace(first, typed);
                acquire(session, 1);
                Edit sent = session.client().edit(document -> apply(text, edit));
                sent.durable().onComplete(confirmed -> {
                    if (confirmed.failed() && !(confirmed.cause() instanceof DurabilityUnknownException)) {
                        failure.compareAndSet(null, confirmed.cause());
                    }
                    window.release();
                });
                progress.stepTo(++typed);
            }
            acquire(session, UNCONFIRMED_MAX);
        }
    }

    private static void apply(Text text, Trace.Edit edit) {
        if (edit.deleted() > 0) {
            text.delete(edit.position(), edit.deleted());
        }
        if (!edit.inserted().isEmpty()) {
            text.insert(edit.position(), edit.inserted());
        }
    }

    private void acquire(DocumentSession session, int permits) throws InterruptedException {
        boolean granted = window.tryAcquire(permits, target.timeoutSeconds(), TimeUnit.SECONDS);
        if (failure.get() != null) {
            throw new CommandFailedException("typing failed: " + Failures.describe(failure.get()), failure.get());
        }
        if (!granted) {
            throw new CommandFailedException(
                    "the server has confirmed nothing for " + target.timeoutSeconds() + " s: " + session.lastProblem());
        }
    }

    private void pace(long first, int typed) {
        if (rate > 0) {
            long due = first + TimeUnit.SECONDS.toNanos(typed) / rate;
            while (due - System.nanoTime() > 0) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
        }
    }

    private int compare(Trace trace) throws InterruptedException {
        try (DocumentSession reader = DocumentSession.open(target)) {
            String read = reader.read(document ->
                    Text.find(document, target.handlerId()).map(Text::value).orElse(""));
            if (read.equals(trace.endContent())) {
                System.out.println("The text equals the recording's end content, " + read.length() + " characters.");
                return 0;
            }
            System.out.println("The text differs from the recording's end content: " + read.length()
                    + " characters instead of " + trace.endContent().length() + ", the first difference at "
                    + mismatch(read, trace.endContent()) + ".");
            return 1;
        }
    }

    private static int mismatch(String one, String other) {
        int at = 0;
        while (at < one.length() && at < other.length() && one.charAt(at) == other.charAt(at)) {
            at++;
        }
        return at;
    }
}
