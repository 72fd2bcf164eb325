package dev.weft.server.event;

import java.util.function.Consumer;

/** A listener that is there before the node starts, and so hears of that too. */
public record EventListener(EventOptions options, Consumer<ServerEvent> action) {}
