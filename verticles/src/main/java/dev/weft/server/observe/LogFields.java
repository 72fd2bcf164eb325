package dev.weft.server.observe;

import dev.weft.server.registry.DocumentKey;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The fields log lines are searched by, under one name each: {@code document}, {@code kind}, {@code epoch}, {@code
 * session}. They are key-value pairs of the event, so they cost nothing while the level is off.
 */
public final class LogFields {
    private LogFields() {}

    /** @param epoch 0 if none @param sessionId null if none */
    public static LoggingEventBuilder of(LoggingEventBuilder line, DocumentKey key, long epoch, String sessionId) {
        LoggingEventBuilder named = line.addKeyValue("document", key.id())
                .addKeyValue("kind", key.kind().name().toLowerCase(java.util.Locale.ROOT));
        if (epoch > 0) {
            named = named.addKeyValue("epoch", epoch);
        }
        return sessionId == null ? named : named.addKeyValue("session", sessionId);
    }

    public static LoggingEventBuilder of(LoggingEventBuilder line, DocumentKey key, long epoch) {
        return of(line, key, epoch, null);
    }

    public static LoggingEventBuilder of(LoggingEventBuilder line, DocumentKey key) {
        return of(line, key, 0, null);
    }

    /** A line about a client, whatever it has open. */
    public static LoggingEventBuilder session(LoggingEventBuilder line, String sessionId) {
        return line.addKeyValue("session", sessionId);
    }
}
