package dev.weft.server.document.host;

import dev.weft.server.bus.LinkMessage.Entry;
import dev.weft.server.document.host.HostedLog.Appended;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * What of a log is on its way to the store: one write at a time, and again after a failure, for as long as the store knows no
 * newer owner. Three marks move over the log, never backwards: applied >= persisting >= durable.
 */
final class LogWrites {
    /*
     * An owner that writes nothing would never find out that it has been replaced, and those who follow it would sit
     * apart from everybody else. So it asks the store now and then, by a write of nothing.
     */

    private final HostLimits limits;
    private final Consumer<HostEffect> effects;

    /** What lies behind {@code durable}. */
    private final Deque<Appended> unpersisted = new ArrayDeque<>();

    private long applied;
    private long persisting;
    private long durable;
    private boolean retries;
    private boolean isFenced;

    /** Since when a write has been waiting for the store; negative while none is. */
    private long silentSinceMillis = -1;

    private boolean isProving;
    private long provenAtMillis = -1;

    LogWrites(long lastPosition, HostLimits limits, Consumer<HostEffect> effects) {
        this.limits = limits;
        this.effects = effects;
        this.applied = lastPosition;
        this.persisting = lastPosition;
        this.durable = lastPosition;
    }

    /** The last position in use. */
    long applied() {
        return applied;
    }

    /** The last position that the store has confirmed. */
    long durable() {
        return durable;
    }

    /** Whether the store has a newer owner. */
    boolean isFenced() {
        return isFenced;
    }

    /** Whether a write has been waiting for the store for so long. */
    boolean isStoreSilent(long forMillis, long nowMillis) {
        return silentSinceMillis >= 0 && nowMillis - silentSinceMillis >= forMillis;
    }

    /** These come next in the log. */
    void append(Collection<Appended> entries) {
        unpersisted.addAll(entries);
        applied += entries.size();
    }

    /** Writes on, if nothing stands against it. */
    void writeMore(long nowMillis) {
        // After a failure it is the tick that tries again, not each of those who go on writing.
        if (isFenced || isProving || retries || persisting != durable || persisting == applied) {
            return;
        }
        List<byte[]> blobs = new ArrayList<>();
        long bytes = 0;
        int whole = 0;
        for (Appended appended : unpersisted) {
            if (whole > 0 && bytes > limits.persistBytesMax()) {
                break;
            }
            blobs.add(appended.stored());
            bytes += appended.stored().length;
            if (appended.endsSubmission()) {
                whole = blobs.size();
            }
        }
        // What was submitted together becomes durable together, so that a half is never taken for the whole.
        persisting += whole;
        write(blobs.subList(0, whole), nowMillis);
    }

    private void write(List<byte[]> blobs, long nowMillis) {
        if (silentSinceMillis < 0) {
            silentSinceMillis = nowMillis;
        }
        effects.accept(new HostEffect.Persist(durable + 1, blobs));
    }

    /** The store has answered a write. @return what has become durable by it, in order */
    List<Entry> confirmed(long upToPosition, long nowMillis) {
        isProving = false;
        provenAtMillis = nowMillis;
        silentSinceMillis = -1;
        List<Entry> entries = new ArrayList<>();
        while (durable < upToPosition) {
            entries.add(unpersisted.removeFirst().entry());
            durable++;
        }
        return entries;
    }

    /** A write has failed. @param stale whether because the store has a newer owner */
    void failed(boolean stale) {
        persisting = durable;
        isProving = false;
        if (stale && !isFenced) {
            isFenced = true;
            effects.accept(new HostEffect.Fenced());
        }
        retries = !isFenced;
    }

    /** Nothing is written any more. */
    void stop() {
        isFenced = true;
        retries = false;
        persisting = durable;
    }

    /** Tries again what has failed. */
    void retry(long nowMillis) {
        if (retries) {
            retries = false;
            writeMore(nowMillis);
        }
    }

    /** Asks the store whether this still is the owner, if nothing was written for long. @param isFollowed by anybody */
    void prove(boolean isFollowed, long nowMillis) {
        if (provenAtMillis < 0) {
            provenAtMillis = nowMillis;
        }
        boolean isQuiet = !isFenced && !isProving && persisting == durable && durable == applied && isFollowed;
        if (isQuiet && nowMillis - provenAtMillis >= limits.proofMillis()) {
            isProving = true;
            provenAtMillis = nowMillis;
            write(List.of(), nowMillis);
        }
    }
}
