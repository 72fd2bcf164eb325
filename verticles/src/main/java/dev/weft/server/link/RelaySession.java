package dev.weft.server.link;

import dev.weft.protocol.message.Capability;
import dev.weft.protocol.message.ResumePoint;
import dev.weft.server.bus.LinkMessage;
import java.util.ArrayList;
import java.util.List;

/** Where one client stands with one relay room. Confined to its link. */
final class RelaySession extends LinkSession {
    /** Whether it was ever welcomed; before that a push would be pushed again. */
    boolean isWelcomed;

    /** Whether it waits for a welcome, be it the first or one it asked for. */
    boolean awaitsWelcome;

    /** Whether it said hello, so that a failure ends an attempt to connect. */
    boolean isConnecting;

    /** The last number it was sent, or told of; broadcasts up to it are skipped. */
    long holdsUpTo;

    final PushFence fence = new PushFence();

    /** The parts of the state that make up its next welcome. */
    final List<byte[]> collected = new ArrayList<>();

    byte[] collectedSnapshot;
    long collectedBytes;
    int collectedParts;

    RelaySession(String id) {
        super(id, State.OPENING);
    }

    /** What lies before the place it wanted to go on from cannot be told apart any more: it gets everything. */
    void beginAnew() {
        resume = null;
        holdsUpTo = 0;
        startCollecting();
    }

    /** What a welcome says about going on; null if that was not granted. */
    ResumePoint resumption(String log) {
        if (!grants(Capability.RESUME)) {
            return null;
        }
        return resume == null ? ResumePoint.of(log) : resume;
    }

    void collect(LinkMessage.State part) {
        if (part.snapshot() != null) {
            // It covers all that was collected, or nothing was yet.
            resume = null;
            startCollecting();
            collectedSnapshot = part.snapshot();
            collectedBytes = part.snapshot().length;
        }
        collectedParts++;
        for (byte[] blob : part.blobs()) {
            collected.add(blob);
            collectedBytes += blob.length;
        }
    }

    void startCollecting() {
        collected.clear();
        collectedSnapshot = null;
        collectedBytes = 0;
        collectedParts = 0;
    }
}
