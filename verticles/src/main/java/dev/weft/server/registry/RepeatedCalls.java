package dev.weft.server.registry;

import java.util.EnumSet;
import java.util.List;

/** Calls that failed and are to be made again, all at the next pause. */
final class RepeatedCalls {
    /** What an owner asks of the registry and the store while it holds the epoch. */
    enum Call {
        REASSERT,
        LOOKUP,
        VERIFY
    }

    private final EnumSet<Call> calls = EnumSet.noneOf(Call.class);
    private final RetryTimer timer;

    RepeatedCalls(RetryTimer timer) {
        this.timer = timer;
    }

    void repeat(Call call, long now) {
        if (calls.isEmpty()) {
            timer.schedule(now);
        }
        calls.add(call);
    }

    void succeeded(Call call) {
        calls.remove(call);
        if (calls.isEmpty()) {
            timer.reset();
        }
    }

    void clear() {
        calls.clear();
        timer.reset();
    }

    long at() {
        return timer.at();
    }

    List<Call> takeDue(long now) {
        if (!timer.takeDue(now)) {
            return List.of();
        }
        List<Call> due = List.copyOf(calls);
        calls.clear();
        return due;
    }
}
