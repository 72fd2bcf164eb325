/**
 * One connection and its recovery: back-off, heartbeat, intervals, and the socket itself. Read
 * {@link dev.weft.client.connection.Timing} first. Knows nothing of documents.
 */
package dev.weft.client.connection;
