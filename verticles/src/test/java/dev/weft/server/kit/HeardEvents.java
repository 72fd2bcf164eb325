package dev.weft.server.kit;

import dev.weft.server.event.EventListener;
import dev.weft.server.event.EventOptions;
import dev.weft.server.event.ServerEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** The events of a node, in order, for a test to ask about. */
public final class HeardEvents {
    private final List<ServerEvent> heard = new CopyOnWriteArrayList<>();

    /** To be given to the options of a node, so that nothing is missed. */
    public EventListener listener() {
        return new EventListener(EventOptions.DEFAULT, heard::add);
    }

    public List<ServerEvent> all() {
        return List.copyOf(heard);
    }

    public <E extends ServerEvent> List<E> all(Class<E> type) {
        return heard.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** Waits until such an event was told. */
    public <E extends ServerEvent> E await(Class<E> type, Predicate<E> wanted) {
        TestCluster.eventually(() -> all(type).stream().anyMatch(wanted));
        return all(type).stream().filter(wanted).findFirst().orElseThrow();
    }

    public <E extends ServerEvent> E await(Class<E> type) {
        return await(type, event -> true);
    }
}
