package dev.weft.server.gateway;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.flush.FlushConsolidationHandler;

/**
 * Flushes a socket that is written to several times before its event loop is idle again once: the system call costs more
 * than framing and bytes together. Vert.x flushes every message by itself, so this is done below it.
 */
final class TickFlush {
    /** A socket is flushed at the latest after so many messages, so that a long tick does not delay them all. */
    static final int MESSAGES_MAX = 256;

    private TickFlush() {}

    static void install(ChannelPipeline pipeline) {
        pipeline.addFirst(new FlushConsolidationHandler(MESSAGES_MAX, true));
    }
}
