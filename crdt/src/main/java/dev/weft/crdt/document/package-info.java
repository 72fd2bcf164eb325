/**
 * The document: edit, import, export, snapshot, prune, and look back. Read {@link dev.weft.crdt.document.Document} first;
 * then {@code Replay}, which defines every value, and {@code AttachedHandler}, which is faster and must give the same.
 * {@link dev.weft.crdt.document.BuiltInTypes} names the data types a document can fold without handlers. Knows handlers
 * only by their contract.
 */
package dev.weft.crdt.document;
