package dev.weft.server.auth;

import dev.weft.server.registry.DocumentKey;
import io.vertx.core.Future;

/**
 * What somebody may do with a document. Asked once per connection and document, before the first message reaches the
 * document. Thread-safe; called on event loops, so it must not block.
 */
public interface AccessPolicy {
    /** @return fails if it cannot be found out now; nothing is allowed then */
    Future<Rights> rights(Identity identity, DocumentKey document);
}
