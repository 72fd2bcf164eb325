/** The plugins of docs/plugins.md, as they stand there. */
package dev.weft.server.plugin.example;
