/**
 * The contract between a document and the data types inside it. Read {@link dev.weft.crdt.handler.DataType} first: it
 * is the whole of a data type, as functions on a state, and knows no document. {@link dev.weft.crdt.handler.Handler} is
 * one such type at one id of one document, with the editing methods an application calls.
 *
 * <p>To add a data type: write its operations, its {@code DataType}, its {@code Handler}; then name the type in
 * {@code dev.weft.crdt.document.BuiltInTypes}, so that documents without that handler can carry and snapshot it.
 * {@code dev.weft.crdt.handler.text} is the worked example. Must not know documents, only
 * {@link dev.weft.crdt.handler.HandlerHost}.
 */
package dev.weft.crdt.handler;
