package dev.weft.server.gateway;

import dev.weft.protocol.codec.Compressor;

/**
 * Which compressor a connection uses. Nothing on the wire says so (spec protocol 1.4): either all clients are configured
 * like the server, or the first frame of each tells. Called on event loops, several at a time.
 */
@FunctionalInterface
public interface CompressionChoice {
    /** What the client begins with: gzip, or nothing. */
    CompressionChoice MIRROR = Compressor::sniff;

    /** One compressor for everybody; a client that uses another gets no answer that it could read. */
    static CompressionChoice of(Compressor compressor) {
        return firstFrame -> compressor;
    }

    /**
     * Must give one of a few instances that stay the same: a message for many is framed once per compressor.
     *
     * @param firstFrame the first a client sent; empty if it is to be told something before it sent any
     */
    Compressor choose(byte[] firstFrame);
}
