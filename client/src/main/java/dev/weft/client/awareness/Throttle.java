package dev.weft.client.awareness;

import dev.weft.client.plugin.PluginHost;

/**
 * Runs a task at once, and calls within the window after it together at the window's end, which opens a new window. A
 * mouse that moves a thousand times a second is told twenty times. Confined to the client's context.
 */
final class Throttle {
    private final long windowMillis;
    private final Runnable task;
    private PluginHost host;
    private Runnable cancelWindow;
    private boolean wanted;

    Throttle(long windowMillis, Runnable task) {
        this.windowMillis = windowMillis;
        this.task = task;
    }

    void attach(PluginHost owner) {
        host = owner;
    }

    void call() {
        if (windowMillis <= 0) {
            task.run();
        } else if (cancelWindow == null) {
            run();
        } else {
            wanted = true;
        }
    }

    private void run() {
        wanted = false;
        cancelWindow = host.schedule(windowMillis, this::windowEnds);
        task.run();
    }

    private void windowEnds() {
        cancelWindow = null;
        if (wanted) {
            run();
        }
    }

    void cancel() {
        wanted = false;
        if (cancelWindow != null) {
            cancelWindow.run();
            cancelWindow = null;
        }
    }
}
