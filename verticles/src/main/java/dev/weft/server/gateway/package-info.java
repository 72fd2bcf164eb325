/**
 * Client sockets on one side, links to owners on the other. Read {@link dev.weft.server.gateway.GatewayVerticle} first.
 * What is said to whom is decided by {@code link}; this package performs it. Must not know {@code document}: the owner
 * may be another node.
 */
package dev.weft.server.gateway;
