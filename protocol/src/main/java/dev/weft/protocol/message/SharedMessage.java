package dev.weft.protocol.message;

/** A message of both modes. */
public sealed interface SharedMessage extends Message permits Ping, Pong, ErrorMessage {}
