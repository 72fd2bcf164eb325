package dev.weft.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far a long command is, on standard error: a bar with the rate. */
final class Progress implements AutoCloseable {
    private static final int UPDATE_MILLIS = 250;
    private static final int UPDATE_MILLIS_WITHOUT_TERMINAL = 5_000;

    private final ProgressBar bar;

    Progress(long total) {
        // In a log file every update is a line of its own.
        int interval = System.console() == null ? UPDATE_MILLIS_WITHOUT_TERMINAL : UPDATE_MILLIS;
        bar = new ProgressBarBuilder()
                .setTaskName("Typing")
                .setUnit(" edits", 1)
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(interval)
                .showSpeed()
                .build();
    }

    void stepTo(long done) {
        bar.stepTo(done);
    }

    @Override
    public void close() {
        bar.close();
    }
}
