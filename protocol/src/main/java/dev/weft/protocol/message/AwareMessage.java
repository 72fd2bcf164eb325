package dev.weft.protocol.message;

/** A message of the CRDT-aware mode only. */
public sealed interface AwareMessage extends Message
        permits HandshakeRequest,
                HandshakeResponse,
                ChangeMessage,
                DocumentStatus,
                DocumentStatusRequest,
                ChangesMessage,
                DurableMessage,
                PositionMessage {}
