package dev.weft.server.conformance;

import dev.weft.server.conformance.RecordedSession.Event;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which frame of a client made the recorded server send which frames. Frames of different connections have no fixed order
 * beyond cause and effect, so this is what a replay waits for before it goes on.
 */
final class Causes {
    private final List<Event> events;
    private final Map<Integer, List<Event>> effects = new LinkedHashMap<>();

    /** Pairs of cause and recipient that are used up, with what distinguishes several effects on one recipient. */
    private final Set<String> taken = new HashSet<>();

    Causes(List<Event> events) {
        this.events = events;
        for (Event event : events) {
            if (event.isFrame("s2c") && event.json() != null) {
                effects.computeIfAbsent(causeOf(event).index(), any -> new ArrayList<>())
                        .add(event);
            }
        }
    }

    List<Event> effectsOf(Event cause) {
        return effects.getOrDefault(cause.index(), List.of());
    }

    private Event causeOf(Event effect) {
        JsonObject json = effect.json();
        return switch (effect.type()) {
            case 6 -> own(effect, cause -> cause.type() == 5 && same(json, "originalTimestamp", cause, "timestamp"));
            case 1 -> own(effect, cause -> cause.type() == 0);
            case 3 -> own(effect, cause -> cause.type() == 4);
            case 21 -> own(effect, cause -> cause.type() == 20 || cause.type() == 26 && hasJoined(cause));
            case 23 -> own(effect, this::isPush);
            case 24 -> others(effect, cause -> isPush(cause) && same(json, "changes", cause, "changes"), "");
            case 2 -> latestOf(effect, cause -> bringsNews(cause, json.getString("change")));
            case 7 -> latest(effect, cause -> cause.connection() == effect.connection());
            case 100 -> presence(effect, json.getJsonObject("state"));
            case 102 -> presenceOfAll(effect);
            default -> throw new AssertionError("The recorded server sent " + effect);
        };
    }

    private static boolean same(JsonObject effect, String field, Event cause, String causeField) {
        return Objects.equals(effect.getValue(field), cause.json().getValue(causeField));
    }

    private boolean isPush(Event cause) {
        return cause.type() == 22
                && hasJoined(cause)
                && !cause.json().getJsonArray("changes").isEmpty();
    }

    private boolean hasJoined(Event cause) {
        return before(cause)
                .anyMatch(event -> event.isFrame("c2s")
                        && event.connection() == cause.connection()
                        && Set.of(0, 4, 20).contains(event.type())
                        && same(cause.json(), "documentId", event, "documentId"));
    }

    private Stream<Event> before(Event event) {
        return events.subList(0, event.index()).stream()
                .filter(earlier -> earlier.fields().getString("kind").equals("frame") && earlier.json() != null);
    }

    /** Whether it carries a change and is not the echo of one that was received there. */
    private boolean bringsNews(Event cause, String change) {
        return carries(cause, change)
                && hasJoined(cause)
                && before(cause)
                        .noneMatch(event -> event.isFrame("s2c")
                                && event.connection() == cause.connection()
                                && carries(event, change));
    }

    private static boolean carries(Event cause, String change) {
        return cause.type() == 2 && change.equals(cause.json().getString("change"))
                || cause.type() == 8 && cause.json().getJsonArray("changes").contains(change);
    }

    private Event presence(Event effect, JsonObject state) {
        if (state.getJsonObject("metadata").isEmpty()) {
            Event join = null;
            for (Event event : before(effect).toList()) {
                boolean isJoin = event.isFrame("c2s") && (event.type() == 0 || event.type() == 20);
                if (isJoin && event.connection() != effect.connection()) {
                    join = event;
                }
            }
            if (join != null && taken.add(join.index() + " joined, to " + effect.connection())) {
                return join;
            }
        }
        return others(effect, cause -> cause.type() == 100 && same(effect.json(), "state", cause, "state"), "");
    }

    private Event presenceOfAll(Event effect) {
        Event join = find(
                effect,
                cause -> cause.connection() == effect.connection() && (cause.type() == 0 || cause.type() == 20),
                "102");
        if (join != null) {
            return join;
        }
        Event query = find(effect, cause -> cause.connection() == effect.connection() && cause.type() == 101, "102");
        return query != null ? query : require(effect, find(effect, cause -> !cause.isData(), "left"));
    }

    /** The first on the same connection, of the same document, that was not answered yet. */
    private Event own(Event effect, Predicate<Event> matches) {
        return require(
                effect,
                find(effect, cause -> cause.connection() == effect.connection() && matches.test(cause), "answer"));
    }

    /** The first on another connection that this one was not told of yet. */
    private Event others(Event effect, Predicate<Event> matches, String detail) {
        return require(
                effect,
                find(effect, cause -> cause.connection() != effect.connection() && matches.test(cause), detail));
    }

    /** The newest on another connection. */
    private Event latestOf(Event effect, Predicate<Event> matches) {
        return latest(
                effect,
                cause -> cause.json() != null && cause.connection() != effect.connection() && matches.test(cause));
    }

    private Event latest(Event effect, Predicate<Event> matches) {
        Event latest = null;
        for (Event event : events.subList(0, effect.index())) {
            if (event.isFrame("c2s") && matches.test(event)) {
                latest = event;
            }
        }
        return require(effect, latest);
    }

    private Event find(Event effect, Predicate<Event> matches, String detail) {
        for (Event event : events.subList(0, effect.index())) {
            boolean isCandidate = event.isFrame("c2s")
                    && (event.json() == null
                            || Objects.equals(
                                    event.json().getValue("documentId"),
                                    effect.json().getValue("documentId")))
                    && (event.json() != null || !event.isData())
                    && matches.test(event);
            if (isCandidate && taken.add(event.index() + " to " + effect.connection() + " " + detail)) {
                return event;
            }
        }
        return null;
    }

    private static Event require(Event effect, Event cause) {
        if (cause == null) {
            throw new AssertionError("Nothing in the recording explains " + effect);
        }
        return cause;
    }
}
