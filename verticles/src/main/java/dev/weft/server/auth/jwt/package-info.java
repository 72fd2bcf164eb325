/**
 * Identities from signed tokens (RFC 7519). Read {@link dev.weft.server.auth.jwt.JwtAuthenticator} first. The only
 * package that knows the library that checks signatures.
 */
package dev.weft.server.auth.jwt;
