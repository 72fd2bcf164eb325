/**
 * Runs hosted documents on event loops: one verticle per document this node owns. Read {@link
 * dev.weft.server.document.DocumentDeployer} first. What a document does is decided in {@code host}; this package loads,
 * persists and sends. Must not know {@code gateway}: the followers may be on other nodes.
 */
package dev.weft.server.document;
