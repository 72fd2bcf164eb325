package dev.weft.server.document;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.OwnershipProtocol;

/**
 * A document as the node sees it that owns it or has put it aside.
 *
 * @param epoch held, 0 if none
 */
public record OwnedDocument(DocumentKey key, OwnershipProtocol.Phase phase, long epoch) {}
