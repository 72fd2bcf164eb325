package dev.weft.server.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weft.server.registry.DocumentKey;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Which operations get a line in the log, and what it says. */
class SlowLogTest {
    private static final SlowLimits LIMITS = new SlowLimits(100, 200, 50);
    private static final DocumentKey PAPER = DocumentKey.aware("paper");

    private final Logger logger = (Logger) LoggerFactory.getLogger(SlowLog.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final MockClock clock = new MockClock();
    private final ServerMetrics metrics =
            new ServerMetrics(new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock), LIMITS);

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
        logger.setAdditive(false);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
    }

    private static long millis(int millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private List<Map<String, Object>> fields() {
        return lines.list.stream()
                .map(line -> {
                    Map<String, Object> fields = new TreeMap<>();
                    line.getKeyValuePairs().forEach(pair -> fields.put(pair.key, pair.value));
                    return fields;
                })
                .toList();
    }

    @Test
    void whatIsSlowIsToldWithItsDocumentItsEpochAndItsSession() {
        metrics.gateway().acknowledged(PAPER, 7, "s-1", millis(100));
        metrics.documents().acknowledged(PAPER, 7, "s-2", millis(250));
        metrics.documents().opened(PAPER, 8, millis(200));
        metrics.gateway().attached(DocumentKey.relay("room"), millis(300));
        metrics.slow().store("append", PAPER, 7, millis(50));
        assertThat(lines.list).allMatch(line -> line.getLevel() == ch.qos.logback.classic.Level.WARN);
        assertThat(fields())
                .extracting(Object::toString)
                .containsExactly(
                        "{document=paper, epoch=7, kind=aware, millis=100, operation=edit.acknowledge, session=s-1}",
                        "{document=paper, epoch=7, kind=aware, millis=250, operation=owner.acknowledge, session=s-2}",
                        "{document=paper, epoch=8, kind=aware, millis=200, operation=document.open}",
                        "{document=room, kind=relay, millis=300, operation=owner.attach}",
                        "{document=paper, epoch=7, kind=aware, millis=50, operation=store.append}");
    }

    @Test
    void whatIsFastIsNotToldOf() {
        metrics.gateway().acknowledged(PAPER, 7, "s-1", millis(99));
        metrics.documents().acknowledged(PAPER, 7, "s-2", millis(99));
        metrics.documents().opened(PAPER, 8, millis(199));
        metrics.slow().store("append", PAPER, 7, millis(49));
        assertThat(lines.list).isEmpty();
    }

    /** A store that is down makes everything slow; the log must not become the next thing that is. */
    @Test
    void aSecondHasItsLinesAndTheNextSaysHowManyItDidNotHave() {
        for (int i = 0; i < SlowLog.LINES_PER_SECOND_MAX + 5; i++) {
            metrics.documents().acknowledged(PAPER, 7, "s-1", millis(150));
        }
        assertThat(lines.list).hasSize(SlowLog.LINES_PER_SECOND_MAX);
        clock.add(Duration.ofSeconds(1));
        metrics.documents().acknowledged(PAPER, 7, "s-1", millis(150));
        assertThat(fields().get(SlowLog.LINES_PER_SECOND_MAX)).containsEntry("suppressed", 5L);
    }
}
