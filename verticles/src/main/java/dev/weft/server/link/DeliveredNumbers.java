package dev.weft.server.link;

import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.LinkMessage.Entry;
import java.util.List;

/**
 * Up to which number a link has delivered the broadcasts of a log, and whether it waits to be told what lies in a gap. Not
 * thread-safe.
 */
final class DeliveredNumbers {
    private final LinkLimits limits;
    private String log = "";
    private long last;
    private boolean isAwaitingMissed;
    private long askedAtMillis;

    DeliveredNumbers(LinkLimits limits) {
        this.limits = limits;
    }

    /** The newest that was delivered. */
    long last() {
        return last;
    }

    /** Names the log in which numbers count; empty before it was attached, and in a store that all nodes share. */
    String log() {
        return log;
    }

    void are(String ofLog, long upTo) {
        log = ofLog;
        last = upTo;
    }

    /** The link leaves its owner, and what was told ahead does not count any more. */
    void goBackTo(long durable) {
        last = durable;
    }

    // Broadcasts.

    /** Whether all of it was delivered. */
    boolean contain(LinkMessage.Broadcast broadcast) {
        return broadcast.number() <= last;
    }

    /** Whether something before it was not delivered. */
    boolean miss(LinkMessage.Broadcast broadcast) {
        return broadcast.number() - broadcast.entries().size() > last;
    }

    /** Takes a broadcast that follows. @return those of it that were not delivered */
    List<Entry> follow(LinkMessage.Broadcast broadcast) {
        List<Entry> fresh = notDelivered(broadcast.entries(), broadcast.number());
        last = broadcast.number();
        return fresh;
    }

    // Attachments.

    /** Whether numbers of another ownership mean the same; a lower one is a store that has lost its end. */
    boolean goOnIn(LinkMessage.Attached message) {
        return message.log().equals(log) && message.durable() >= last;
    }

    /** Whether what it brings leaves something out. */
    boolean haveGapBefore(LinkMessage.Attached message) {
        return message.number() - message.missed().size() > last;
    }

    /** Those that were not delivered of a list that ends with this number and leaves nothing out. */
    List<Entry> notDelivered(List<Entry> entries, long number) {
        long fresh = number - last;
        return entries.subList((int) Math.max(0, entries.size() - fresh), entries.size());
    }

    // What was missed is asked for once in a while, until it is told.

    boolean areAwaitingMissed() {
        return isAwaitingMissed;
    }

    /** Whether now is the time to ask; if so, it was asked. */
    boolean ask(long nowMillis) {
        if (isAwaitingMissed && nowMillis - askedAtMillis < limits.retryMillis()) {
            return false;
        }
        isAwaitingMissed = true;
        askedAtMillis = nowMillis;
        return true;
    }

    void answered() {
        isAwaitingMissed = false;
    }
}
