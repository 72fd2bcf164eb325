/**
 * The document: edit, import, export, snapshot, prune. Read {@code Document} first. Knows handlers only by their
 * contract.
 */
package dev.weft.crdt.document;
