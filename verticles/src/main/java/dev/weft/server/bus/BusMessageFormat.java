package dev.weft.server.bus;

import dev.weft.cluster.MessageFormat;

/** What a node tells others of {@link BusCodec} before they send each other anything. */
public final class BusMessageFormat implements MessageFormat {
    @Override
    public int number() {
        return BusCodec.FORMAT;
    }
}
