package dev.weft.client;

import io.vertx.core.Future;

/**
 * An edit on its way.
 *
 * @param applied completes once the action ran on the client's context; the edit is part of the document then, connected
 *     or not, and will reach the server
 * @param durable completes when every change of the edit survives the loss of the server, which may be long after: edits
 *     made offline wait for the next connection. Fails with {@link DurabilityUnknownException} if the server cannot tell,
 *     and if the action fails
 */
public record Edit(Future<Void> applied, Future<Void> durable) {}
