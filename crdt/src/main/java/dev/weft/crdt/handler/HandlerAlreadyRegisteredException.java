package dev.weft.crdt.handler;

import dev.weft.crdt.CrdtException;

/** The document already has a handler of this id. */
public final class HandlerAlreadyRegisteredException extends CrdtException {
    public HandlerAlreadyRegisteredException(String handlerId) {
        super("A handler with id \"" + handlerId + "\" is already registered");
    }
}
