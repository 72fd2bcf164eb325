package dev.weft.server.webhook;

import java.net.URI;
import java.util.Objects;
import java.util.Set;

/**
 * One endpoint that is told what happens.
 *
 * @param url http or https; redirects are not followed
 * @param secret signs what is sent, see {@link Signature}; at least {@link #SECRET_CHARS_MIN} characters
 * @param events what it is told of
 * @param debounceMillis a change is told of when there was no other for so long, and at the latest after
 *     {@link #DEBOUNCE_FACTOR_MAX} times as long
 * @param queueMax notices that wait for it; further ones are dropped and counted
 * @param attemptsMax how often one is sent before it is dropped
 * @param retryMillis the pause after the first failure; doubles up to {@code retryMaxMillis}
 * @param timeoutMillis how long the endpoint may take to answer
 */
public record WebhookOptions(
        URI url,
        String secret,
        Set<WebhookEvent> events,
        int debounceMillis,
        int queueMax,
        int attemptsMax,
        int retryMillis,
        int retryMaxMillis,
        int timeoutMillis) {
    public static final int SECRET_CHARS_MIN = 16;

    public static final int DEBOUNCE_FACTOR_MAX = 5;

    public WebhookOptions {
        Objects.requireNonNull(url, "url");
        events = Set.copyOf(events);
        boolean isHttp = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!isHttp || url.getHost() == null) {
            throw new IllegalArgumentException("not an http or https address: " + url);
        }
        if (secret.length() < SECRET_CHARS_MIN) {
            throw new IllegalArgumentException(
                    "the secret of a webhook has at least " + SECRET_CHARS_MIN + " characters");
        }
        if (debounceMillis < 0
                || queueMax < 1
                || attemptsMax < 1
                || retryMillis < 1
                || retryMaxMillis < retryMillis
                || timeoutMillis < 1) {
            throw new IllegalArgumentException("a bound of the webhook " + url + " is out of range");
        }
    }

    /** Told of everything, of changes after 2 s of silence; tries for some ten minutes. */
    public static WebhookOptions of(String url, String secret) {
        return new WebhookOptions(
                URI.create(url), secret, Set.of(WebhookEvent.values()), 2_000, 10_000, 12, 1_000, 120_000, 10_000);
    }

    public WebhookOptions withEvents(Set<WebhookEvent> value) {
        return new WebhookOptions(
                url, secret, value, debounceMillis, queueMax, attemptsMax, retryMillis, retryMaxMillis, timeoutMillis);
    }

    public WebhookOptions withDebounceMillis(int value) {
        return new WebhookOptions(
                url, secret, events, value, queueMax, attemptsMax, retryMillis, retryMaxMillis, timeoutMillis);
    }

    public WebhookOptions withQueueMax(int value) {
        return new WebhookOptions(
                url, secret, events, debounceMillis, value, attemptsMax, retryMillis, retryMaxMillis, timeoutMillis);
    }

    /** @param attempts how often a notice is sent at most @param firstPause in milliseconds @param longestPause too */
    public WebhookOptions withRetries(int attempts, int firstPause, int longestPause) {
        return new WebhookOptions(
                url, secret, events, debounceMillis, queueMax, attempts, firstPause, longestPause, timeoutMillis);
    }

    public WebhookOptions withTimeoutMillis(int value) {
        return new WebhookOptions(
                url, secret, events, debounceMillis, queueMax, attemptsMax, retryMillis, retryMaxMillis, value);
    }

    @Override
    public String toString() {
        return "WebhookOptions[" + url + ", " + events + "]";
    }
}
