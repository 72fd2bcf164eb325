/**
 * Who a client is and what it may do. Read {@link dev.weft.server.auth.Authenticator} and {@link
 * dev.weft.server.auth.AccessPolicy} first: both can be replaced. Knows nothing of sockets; the gateway enforces what is
 * decided here, before anything reaches a document.
 */
package dev.weft.server.auth;
