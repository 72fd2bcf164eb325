/**
 * Where documents live when nobody hosts them: logs of opaque blobs, fenced by epoch. Start with
 * {@link dev.weft.server.storage.DocumentStore}, the contract; {@code DocumentStoreContract} among the tests is the
 * same in executable form. Implementations live in sub-packages and are plugged in by the wiring; nothing here knows
 * what a blob means, who owns a document, or how it reached this node.
 */
package dev.weft.server.storage;
