package dev.weft.server.storage.embedded;

import static dev.weft.server.storage.Futures.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.StoreException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A process that appends to a store until it is killed or the store fails. It prints what was acknowledged, {@code A document
 * position}, before it does anything else with the document; so what the parent has read was acknowledged, and possibly more.
 * Other lines: {@code OPEN}, {@code REFUSED message} when the folder cannot be opened, {@code FAILED type message}.
 */
final class StoreChild {
    static final int DOCUMENTS = 8;
    private static final int COMPACT_EVERY = 100;

    private StoreChild() {}

    /** Arguments: folder, bytes per blob. */
    public static void main(String[] arguments) throws InterruptedException {
        var out = new PrintStream(System.out, true, UTF_8);
        var options = EmbeddedStoreOptions.in(Path.of(arguments[0])).withFreeBytesMin(0);
        var store = new EmbeddedDocumentStore(options);
        try {
            await(store.open());
        } catch (StoreException e) {
            out.println("REFUSED " + e.getMessage());
            return;
        }
        out.println("OPEN");
        int blobBytes = Integer.parseInt(arguments[1]);
        var failed = new CountDownLatch(1);
        for (int i = 0; i < DOCUMENTS; i++) {
            new Author(store, i, blobBytes, out, failed).start();
        }
        failed.await();
    }

    static DocumentKey key(int document) {
        return DocumentKey.aware("document-" + document);
    }

    static byte[] blob(int document, long position, int blobBytes) {
        var text = document + ":" + position + ":";
        return (text + "x".repeat(Math.max(0, blobBytes - text.length()))).getBytes(UTF_8);
    }

    private record Author(DocumentStore store, int document, int blobBytes, PrintStream out, CountDownLatch failed) {
        void start() {
            try {
                long epoch = await(store.claim(key(document), true));
                append(epoch, await(store.find(key(document))).orElseThrow().lastPosition() + 1);
            } catch (StoreException e) {
                report(e);
            }
        }

        private void append(long epoch, long position) {
            store.append(key(document), epoch, position, List.of(blob(document, position, blobBytes)))
                    .onSuccess(v -> {
                        out.println("A " + document + " " + position);
                        if (position % COMPACT_EVERY == 0) {
                            store.compact(key(document), epoch, blob(document, position, 20), position)
                                    .onFailure(this::report);
                        }
                        append(epoch, position + 1);
                    })
                    .onFailure(this::report);
        }

        private void report(Throwable e) {
            out.println("FAILED " + e.getClass().getSimpleName() + " " + e.getMessage());
            failed.countDown();
        }
    }

    /** The running child, seen from the parent. */
    static final class Handle {
        private final Process process;
        private final BufferedReader lines;
        final long[] acknowledged = new long[DOCUMENTS];
        final List<String> others = new ArrayList<>();

        private Handle(Process process) {
            this.process = process;
            this.lines = process.inputReader(UTF_8);
        }

        static Handle start(Path folder, int blobBytes) throws IOException {
            return new Handle(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx128m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            StoreChild.class.getName(),
                            folder.toString(),
                            Integer.toString(blobBytes))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        }

        /** Reads so many lines, or all there are. */
        void read(int linesMax) throws IOException {
            for (int i = 0; i < linesMax; i++) {
                var line = lines.readLine();
                if (line == null) {
                    return;
                }
                if (line.startsWith("A ")) {
                    var words = line.split(" ");
                    acknowledged[Integer.parseInt(words[1])] = Long.parseLong(words[2]);
                } else {
                    others.add(line);
                }
            }
        }

        long pid() {
            return process.pid();
        }

        void kill() {
            // Not by the process object: that would close the stream with what the child has said.
            process.toHandle().destroyForcibly();
        }

        void readToEnd() throws IOException, InterruptedException {
            read(Integer.MAX_VALUE);
            process.waitFor();
        }
    }
}
