/**
 * A Java program keeps a document in sync. Read {@link dev.weft.client.SyncClient} first; {@code docs/client.md} shows
 * it at work. Decisions are in {@link dev.weft.client.sync}; this package performs them on Vert.x.
 */
package dev.weft.client;
