package dev.weft.server.simulation;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.protocol.message.ChangeMessage;
import dev.weft.protocol.message.ChangesMessage;
import dev.weft.protocol.message.DocumentStatus;
import dev.weft.protocol.message.HandshakeResponse;
import dev.weft.server.bus.LinkMessage;
import dev.weft.server.bus.OwnerMessage;
import dev.weft.server.registry.DocumentKey;
import dev.weft.testkit.stock.Blobs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;

/** What happened lately. Texts are made when somebody wants to read them, since most runs are never read. */
final class Trace {
    private static final int EVENTS_MAX = 20_000;

    private record Event(long atMillis, String who, Object[] what) {}

    private final Deque<Event> events = new ArrayDeque<>();
    private final Schedule schedule;

    Trace(Schedule schedule) {
        this.schedule = schedule;
    }

    /** @param who a node, a client, or a document */
    void add(String who, Object... what) {
        events.addLast(new Event(schedule.elapsed(), who, what));
        if (events.size() > EVENTS_MAX) {
            events.removeFirst();
        }
    }

    /** The last lines that contain the filter; an empty one takes all. */
    String last(int lines, String filter) {
        Deque<String> texts = new ArrayDeque<>();
        var backwards = events.descendingIterator();
        while (backwards.hasNext() && texts.size() < lines) {
            Event event = backwards.next();
            StringBuilder text = new StringBuilder(String.format("%7d  %-10s", event.atMillis, event.who));
            for (Object part : event.what) {
                text.append(' ').append(textOf(part));
            }
            if (filter.isEmpty() || text.indexOf(filter) >= 0) {
                texts.addFirst(text.toString());
            }
        }
        return String.join("\n", texts);
    }

    private static String textOf(Object part) {
        if (part instanceof ChangeMessage message) {
            return "change " + name(message.change());
        } else if (part instanceof ChangesMessage message) {
            return "changes " + names(message.changes());
        } else if (part instanceof HandshakeResponse message) {
            return "handshake response " + names(message.changes());
        } else if (part instanceof DocumentStatus message) {
            return "status " + names(message.changes());
        } else if (part instanceof OwnerMessage.Submit m) {
            return "Submit[" + m.key() + " e" + m.epoch() + " #" + m.number() + " of " + m.sessionId() + " "
                    + blobs(m.key(), m.blobs()) + "]";
        } else if (part instanceof LinkMessage.Broadcast m) {
            return "Broadcast[" + m.key() + " e" + m.epoch() + " up to " + m.number() + " "
                    + entries(m.key(), m.entries()) + "]";
        } else if (part instanceof LinkMessage.Attached m) {
            return "Attached[" + m.key() + " to " + m.to().number() + " e" + m.epoch() + " up to " + m.number() + " "
                    + entries(m.key(), m.missed()) + (m.complete() ? "" : " incomplete") + "]";
        } else if (part instanceof LinkMessage.State m) {
            return "State[" + m.key() + " e" + m.epoch() + " request " + m.request() + " up to " + m.number() + " "
                    + blobs(m.key(), m.blobs()) + (m.snapshot() == null ? "" : " snapshot to " + m.snapshotNumber())
                    + (m.complete() ? "" : " incomplete") + "]";
        } else if (part instanceof Change change) {
            return name(change);
        }
        String text = String.valueOf(part);
        return text.length() > 400 ? text.substring(0, 400) + "…" : text;
    }

    private static String entries(DocumentKey key, List<LinkMessage.Entry> entries) {
        return entries.stream()
                .map(entry -> blob(key, entry.blob()) + (entry.origin() == null ? "" : "<" + entry.origin()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String blobs(DocumentKey key, List<byte[]> blobs) {
        return blobs.stream().map(blob -> blob(key, blob)).collect(Collectors.joining(", ", "{", "}"));
    }

    static String blob(DocumentKey key, byte[] blob) {
        try {
            return name(
                    switch (key.kind()) {
                        case AWARE -> Change.decode(blob);
                        case RELAY -> Blobs.change(new String(blob, StandardCharsets.UTF_8));
                    });
        } catch (CrdtFormatException e) {
            return blob.length + " bytes";
        }
    }

    private static String names(List<Change> changes) {
        return changes.stream().map(Trace::name).collect(Collectors.joining(", ", "{", "}"));
    }

    /** The first digits of the author and the time of the change: enough to tell them apart. */
    static String name(Change change) {
        return change.author().toString().substring(0, 4) + "@"
                + change.id().timestamp().toString().replaceFirst("^1000", "");
    }
}
