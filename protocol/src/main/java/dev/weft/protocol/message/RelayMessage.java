package dev.weft.protocol.message;

/** A message of the relay mode only. The server never looks into its blobs. */
public sealed interface RelayMessage extends Message
        permits Hello, Welcome, Push, Ack, RelayChanges, SnapshotUpload, StateRequest {}
