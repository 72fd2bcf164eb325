package dev.weft.cli;

import java.io.IOException;

/**
 * Notices the end of standard input. A parent process that holds the other end takes its children with it even when it
 * is killed and cannot say goodbye.
 */
final class InputEnd {
    private InputEnd() {}

    static void whenReached(Runnable action) {
        Thread reader = new Thread(
                () -> {
                    try {
                        while (System.in.read() >= 0) {
                            // Whatever is typed means nothing.
                        }
                    } catch (IOException e) {
                        // A pipe that broke has ended as well.
                    }
                    action.run();
                },
                "weft-input");
        reader.setDaemon(true);
        reader.start();
    }
}
