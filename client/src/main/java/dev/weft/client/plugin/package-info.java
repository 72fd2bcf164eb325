/**
 * Extending a client. Read {@link dev.weft.client.plugin.ClientPlugin} first; awareness is built as one.
 */
package dev.weft.client.plugin;
