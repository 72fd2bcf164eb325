/**
 * Messages as bytes and back: one JSON object per frame, binary values in base64 (spec protocol 2). Read
 * {@link dev.weft.protocol.codec.MessageCodec} first; {@link dev.weft.protocol.codec.FrameLimits} names every bound. Must
 * not know sockets: it sees whole frames only.
 */
package dev.weft.protocol.codec;
