/**
 * A Weft node: wires gateways, documents, registry and store together. Read {@link dev.weft.server.Server} first.
 * Nothing imports this package.
 */
package dev.weft.server;
