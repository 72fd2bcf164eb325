/**
 * What one client, address or document may cost a node, as decisions without sockets. Read {@link
 * dev.weft.server.limits.Limit} first: every limit that refuses something has a name there, under which it is counted,
 * documented and tested.
 */
package dev.weft.server.limits;
