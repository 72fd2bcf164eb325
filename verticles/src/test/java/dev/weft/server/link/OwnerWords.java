package dev.weft.server.link;

import dev.weft.crdt.version.VersionVector;
import dev.weft.server.bus.LinkAddress;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.LinkMessage.Entry;
import dev.weft.server.bus.LinkMessage.Fork;
import dev.weft.server.bus.LinkMessage.Outcome;
import dev.weft.server.bus.LinkMessage.Result;
import dev.weft.server.registry.DocumentKey;
import java.util.List;

/** What owners say to one link; what most tests leave alone is filled in. */
record OwnerWords(DocumentKey key, LinkAddress link) {
    /** Follows, and has missed nothing. */
    LinkMessage attached(long epoch, long number) {
        return attached(epoch, number, List.of(), VersionVector.EMPTY);
    }

    LinkMessage attached(long epoch, long number, List<Entry> missed, VersionVector version) {
        return attached(epoch, number, missed, version, null);
    }

    LinkMessage attached(long epoch, long number, List<Entry> missed, VersionVector version, Fork fork) {
        return new LinkMessage.Attached(key, link, epoch, number, missed, true, version, "", fork);
    }

    LinkMessage broadcast(long epoch, long number, List<Entry> entries) {
        return broadcast(epoch, number, entries, number);
    }

    LinkMessage broadcast(long epoch, long number, List<Entry> entries, long durable) {
        return new LinkMessage.Broadcast(key, link, epoch, number, entries, durable);
    }

    LinkMessage accepted(long epoch, long submit, long lastNumber, int count) {
        Result result = new Result(submit, Outcome.ACCEPTED, lastNumber, count, lastNumber, false, null);
        return accepted(epoch, submit, List.of(result));
    }

    LinkMessage accepted(long epoch, long upTo, List<Result> results) {
        return new LinkMessage.Accepted(key, link, epoch, upTo, results, false);
    }

    LinkMessage heartbeat(long number) {
        return new LinkMessage.Heartbeat(key, link, 1, number, number);
    }

    /** The answer to a request: everything there is, all of it durable, without a snapshot. */
    StateWords state(long request, long number, List<byte[]> blobs) {
        return new StateWords(request, number, blobs);
    }

    /** An answer to a request that may differ in some point. */
    final class StateWords {
        private final long request;
        private final long number;
        private final List<byte[]> blobs;
        private VersionVector version = VersionVector.EMPTY;
        private boolean isComplete = true;
        private boolean continues = true;
        private Fork fork;

        private StateWords(long request, long number, List<byte[]> blobs) {
            this.request = request;
            this.number = number;
            this.blobs = blobs;
        }

        StateWords incomplete() {
            isComplete = false;
            return this;
        }

        /** It was asked for by a number that means nothing any more. */
        StateWords fromElsewhere() {
            continues = false;
            return this;
        }

        /** The owner has all of this, and what lies behind a number is not durable. */
        StateWords ahead(VersionVector all, long durable) {
            version = all;
            fork = new Fork(durable, VersionVector.EMPTY);
            return this;
        }

        LinkMessage message() {
            return new LinkMessage.State(
                    key, link, 1, request, number, null, 0, blobs, number, false, version, isComplete, continues, fork);
        }
    }
}
