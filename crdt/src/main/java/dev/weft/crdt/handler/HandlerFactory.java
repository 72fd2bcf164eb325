package dev.weft.crdt.handler;

/** Creates a handler in a host when a change or a reference names one that is not there yet. */
@FunctionalInterface
public interface HandlerFactory {
    Handler<?, ?> create(HandlerHost host, String handlerId);
}
