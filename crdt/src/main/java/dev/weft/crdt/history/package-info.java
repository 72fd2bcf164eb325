/**
 * Old changes in few bytes. {@link dev.weft.crdt.history.HistoryBlock} holds a run of consecutive changes column by column
 * and gives each back byte for byte; read it first. What is needed to find a change (author, stamp, handler, dependencies)
 * is packed apart from the operations, so that a document can be opened without unpacking those.
 *
 * <p>Must not know documents, handlers or data types: it works on bytes, and on bytes that are no changes as well.
 */
package dev.weft.crdt.history;
