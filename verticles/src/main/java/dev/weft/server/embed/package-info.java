/**
 * Documents for code that runs inside a node: an application that embeds Weft, and the HTTP interface. Read {@link
 * dev.weft.server.embed.Documents} first. A document that is opened here is a replica of its own, kept current by a link
 * to the owner like any client's; so it works on every node, whoever owns the document.
 */
package dev.weft.server.embed;
