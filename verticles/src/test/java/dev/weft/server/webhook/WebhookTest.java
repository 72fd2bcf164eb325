package dev.weft.server.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.server.event.Origin;
import dev.weft.server.event.ServerEvent.ChangesApplied;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.webhook.Outbox.Outcome;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an endpoint is told and when, without a network. */
class WebhookTest {
    private static final WebhookOptions OPTIONS = WebhookOptions.of("http://localhost/hook", "sixteen-characters")
            .withRetries(3, 100, 150)
            .withQueueMax(2);

    private static ChangesApplied change(String document, int count) {
        Origin origin = Origin.of("n1", 0, DocumentKey.aware(document), null);
        return new ChangesApplied(origin, 1, 10, java.util.Collections.nCopies(count, new byte[1]));
    }

    @Test
    void manyChangesAreOneNoticeOnceItIsQuiet() {
        Debounce debounce = new Debounce(100);
        assertThat(debounce.changed(change("a", 2), 0)).isEmpty();
        assertThat(debounce.changed(change("a", 3), 50)).isEmpty();
        assertThat(debounce.due(149)).isEmpty();
        List<Notice> due = debounce.due(150);
        assertThat(due).hasSize(1);
        assertThat(due.get(0).body().getInteger("changes")).isEqualTo(5);
        assertThat(debounce.due(10_000)).isEmpty();
    }

    @Test
    void aDocumentThatNeverRestsIsToldOfAllTheSame() {
        Debounce debounce = new Debounce(100);
        int told = 0;
        for (int now = 0; now <= 1_000; now += 50) {
            debounce.changed(change("a", 1), now);
            told += debounce.due(now).size();
        }
        assertThat(told).isEqualTo(1);
    }

    @Test
    void oneNoticeIsUnderWayAtATimeAndTriedAgainLater() {
        Outbox outbox = new Outbox(OPTIONS);
        outbox.add(Buffer.buffer("1"));
        outbox.add(Buffer.buffer("2"));
        assertThat(outbox.take(0)).hasToString("1");
        assertThat(outbox.take(0)).isNull();
        assertThat(outbox.answered(Outcome.FAILED, 10)).isFalse();
        assertThat(outbox.take(109)).isNull();
        assertThat(outbox.take(110)).hasToString("1");
        outbox.answered(Outcome.FAILED, 110);
        assertThat(outbox.take(259)).as("the longest pause bounds the doubling").isNull();
        assertThat(outbox.take(260)).hasToString("1");
        assertThat(outbox.answered(Outcome.FAILED, 260))
                .as("the third was the last")
                .isTrue();
        assertThat(outbox.take(260)).hasToString("2");
        assertThat(outbox.answered(Outcome.DELIVERED, 261)).isFalse();
        assertThat(outbox.size()).isZero();
    }

    @Test
    void whatAnEndpointRefusesIsNotSentAgain() {
        Outbox outbox = new Outbox(OPTIONS);
        outbox.add(Buffer.buffer("1"));
        outbox.take(0);
        assertThat(outbox.answered(Outcome.REFUSED, 0)).isTrue();
        assertThat(outbox.take(1_000)).isNull();
    }

    @Test
    void aQueueHasAnEnd() {
        Outbox outbox = new Outbox(OPTIONS);
        assertThat(outbox.add(Buffer.buffer("1"))).isTrue();
        assertThat(outbox.add(Buffer.buffer("2"))).isTrue();
        assertThat(outbox.add(Buffer.buffer("3"))).isFalse();
    }

    @Test
    void aSignatureHoldsForItsBodyItsSecretAndItsTime() {
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        String signature = Signature.of(body, "sixteen-characters", 1_000);
        // Computed by another implementation.
        assertThat(signature).isEqualTo("t=1000,v1=4e7a7e1653d416b3babc20fd333bc45d957d8b367e5c2e6a0dfd2d576c4c9031");
        assertThat(Signature.isValid(signature, body, "sixteen-characters", 1_100, 300))
                .isTrue();
        assertThat(Signature.isValid(signature, body, "sixteen-characters", 1_400, 300))
                .isFalse();
        assertThat(Signature.isValid(signature, body, "another-secret-of-ours", 1_000, 300))
                .isFalse();
        assertThat(Signature.isValid(
                        signature, "[]".getBytes(StandardCharsets.UTF_8), "sixteen-characters", 1_000, 300))
                .isFalse();
        assertThat(Signature.isValid("nonsense", body, "sixteen-characters", 1_000, 300))
                .isFalse();
    }

    @Test
    void aWebhookNeedsAnAddressAndASecret() {
        assertThatThrownBy(() -> WebhookOptions.of("file:///etc/passwd", "sixteen-characters"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WebhookOptions.of("http://localhost", "short")).hasMessageContaining("16");
    }
}
