package dev.weft.server.link;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.OperationId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.LinkMessage.Entry;
import dev.weft.server.link.RecentEntries.Numbered;
import java.util.ArrayList;
import java.util.List;

/**
 * What a link has delivered of an aware document: by version, how much of it is durable, and the newest of it, in full and
 * by id. Not thread-safe.
 */
final class DeliveredChanges {
    private VersionVector.Builder version = VersionVector.builder();
    private final DurablePart durablePart = new DurablePart();
    private final RecentEntries recent;
    private final EchoFilter echoes;

    DeliveredChanges(LinkLimits limits) {
        this.recent = new RecentEntries(limits.recentBytesMax());
        this.echoes = new EchoFilter(limits.echoIdsMax());
    }

    /** A copy. */
    VersionVector version() {
        return version.build();
    }

    boolean cover(Change change) {
        return version.covers(change.author(), change.clock());
    }

    boolean cover(OperationId id) {
        return version.covers(id.peer(), id.clock());
    }

    boolean dominate(VersionVector.Builder changes) {
        return version.dominates(changes);
    }

    DurablePart durablePart() {
        return durablePart;
    }

    RecentEntries recent() {
        return recent;
    }

    boolean areEchoedBy(Change change) {
        return echoes.isEcho(change.id());
    }

    /** Those that were not delivered. */
    List<Entry> notAmong(List<Entry> entries) {
        return entries.stream()
                .filter(entry -> !cover(Change.decode(entry.blob())))
                .toList();
    }

    /** Entries are about to be passed on; the last has this number. */
    List<Numbered> add(List<Entry> entries, long number) {
        long at = number - entries.size();
        VersionVector.Builder fresh = VersionVector.builder();
        List<Numbered> added = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            Numbered numbered = new Numbered(++at, Change.decode(entry.blob()), entry.origin());
            OperationId id = numbered.change().id();
            version.update(id);
            fresh.update(id);
            echoes.delivered(id);
            recent.add(numbered);
            added.add(numbered);
        }
        durablePart.delivered(number, fresh);
        return added;
    }

    /**
     * The link follows, and everything there is counts as delivered: a new link is given nothing of what there was before,
     * but what its live sessions hold includes it all the same.
     *
     * @param complete whether what was missed has been added
     */
    void attached(LinkMessage.Attached message, boolean ownerChanged, boolean complete) {
        version.updateAll(message.version());
        durablePart.delivered(message.number(), message.version().toBuilder());
        durablePart.is(
                message.durable(),
                message.fork() == null ? message.version() : message.fork().version());
        if (!complete) {
            recent.clear();
        }
        if (ownerChanged) {
            echoes.clear();
        }
    }

    /** Numbers belong to another log from now on. */
    void logChanged() {
        durablePart.beginAnew(version.build());
    }

    /** What is not durable may be lost, and does not count any more. @param number of the last that was delivered */
    void goBackToDurable(long number) {
        if (durablePart.number() < number) {
            version = durablePart.version().toBuilder();
            durablePart.forgetTheRest();
            recent.clear();
        }
    }
}
