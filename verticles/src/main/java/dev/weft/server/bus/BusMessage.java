package dev.weft.server.bus;

import dev.weft.server.registry.DocumentKey;

/** A message between a link and an owner. Immutable; byte arrays in it are never changed by anybody. */
public sealed interface BusMessage permits OwnerMessage, LinkMessage {
    DocumentKey key();
}
