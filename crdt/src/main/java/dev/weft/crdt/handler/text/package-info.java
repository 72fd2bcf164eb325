/**
 * Text. {@link dev.weft.crdt.handler.text.TextHandler} addresses characters by index: small and fast, and concurrent
 * edits may land beside each other's intent. Read it as the worked example of the handler contract.
 */
package dev.weft.crdt.handler.text;
