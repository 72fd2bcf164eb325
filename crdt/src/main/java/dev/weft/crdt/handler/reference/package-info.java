/**
 * Containers: handlers that hold other handlers by reference, so that documents nest.
 * {@link dev.weft.crdt.handler.reference.MapRefHandler} does so by key, two lists by place.
 */
package dev.weft.crdt.handler.reference;
