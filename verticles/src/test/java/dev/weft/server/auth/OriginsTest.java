package dev.weft.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class OriginsTest {
    @Test
    void clientsThatAreNoBrowsersPass() {
        assertThat(Origins.SAME_HOST.allow(null, "weft.example.org")).isTrue();
        assertThat(Origins.LOOPBACK.allow(null, "localhost:8080")).isTrue();
        assertThat(Origins.of(Set.of()).allow(null, "x")).isTrue();
    }

    @Test
    void pagesOfTheSameHost() {
        assertThat(Origins.SAME_HOST.allow("https://weft.example.org", "weft.example.org:8443"))
                .isTrue();
        assertThat(Origins.SAME_HOST.allow("https://EXAMPLE.org:81", "example.org"))
                .isTrue();
        assertThat(Origins.SAME_HOST.allow("https://evil.example", "weft.example.org"))
                .isFalse();
        assertThat(Origins.SAME_HOST.allow("https://weft.example.org.evil.example", "weft.example.org"))
                .isFalse();
        assertThat(Origins.SAME_HOST.allow("null", "weft.example.org")).isFalse();
        assertThat(Origins.SAME_HOST.allow("https://weft.example.org", null)).isFalse();
    }

    // A foreign page whose name was made to point to loopback is of the same host, and still foreign.
    @Test
    void onLoopbackAForeignNameThatPointsThereIsRefused() {
        assertThat(Origins.LOOPBACK.allow("http://localhost:5000", "localhost:8080"))
                .isTrue();
        assertThat(Origins.LOOPBACK.allow("http://[::1]:5000", "127.0.0.1:8080"))
                .isTrue();
        assertThat(Origins.LOOPBACK.allow("http://evil.example:8080", "evil.example:8080"))
                .isFalse();
    }

    @Test
    void listedOnesOnly() {
        Origins origins = Origins.of(Set.of("https://App.example.org"));
        assertThat(origins.allow("https://app.example.org", "weft.example.org")).isTrue();
        assertThat(origins.allow("http://app.example.org", "app.example.org")).isFalse();
        assertThat(Origins.ANY.allow("https://evil.example", "x")).isTrue();
    }
}
