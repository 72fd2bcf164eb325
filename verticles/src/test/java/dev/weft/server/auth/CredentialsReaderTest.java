package dev.weft.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.server.auth.Credentials.Source;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CredentialsReaderTest {
    @Test
    void findsTheTokenWhereverItStands() {
        assertThat(token(null, Map.of("authorization", "bearer  abc "))).isEqualTo("abc");
        assertThat(token(null, Map.of("sec-websocket-protocol", "weft, weft.token.abc")))
                .isEqualTo("abc");
        assertThat(token("a=1&token=a%2Bbc&b", Map.of())).isEqualTo("a+bc");
        assertThat(token(null, Map.of("cookie", "a=b; weft_token=abc; c=d"))).isEqualTo("abc");
    }

    @Test
    void theFirstPlaceWins() {
        Map<String, String> headers = Map.of(
                "authorization", "Bearer first",
                "sec-websocket-protocol", "weft.token.second",
                "cookie", "weft_token=fourth");
        Credentials credentials = CredentialsReader.read("/", "token=third", headers, "127.0.0.1");
        assertThat(credentials.token()).isEqualTo("first");
        assertThat(credentials.source()).isEqualTo(Source.AUTHORIZATION_HEADER);
        assertThat(token("token=third", Map.of("cookie", "weft_token=fourth"))).isEqualTo("third");
    }

    @Test
    void whatIsNoTokenIsNone() {
        assertThat(token(null, Map.of())).isNull();
        assertThat(token("token=", Map.of())).isNull();
        assertThat(token("mytoken=x", Map.of())).isNull();
        assertThat(token("", Map.of("authorization", "Basic abc", "cookie", "weft_tokens=x")))
                .isNull();
        assertThat(CredentialsReader.read("/", null, Map.of(), "::1").source()).isEqualTo(Source.NOWHERE);
    }

    @Test
    void aTokenThatIsTooLongOrNotWellFormedIsRefused() {
        String endless = "x".repeat(CredentialsReader.TOKEN_CHARS_MAX + 1);
        assertThatExceptionOfType(NotAuthenticatedException.class)
                .isThrownBy(() -> token("token=" + endless, Map.of()))
                .withMessageNotContaining("xxx");
        assertThatExceptionOfType(NotAuthenticatedException.class).isThrownBy(() -> token("token=%zz", Map.of()));
    }

    @Test
    void theTokenIsNotInTheText() {
        Credentials credentials =
                CredentialsReader.read("/", null, Map.of("authorization", "Bearer secret-token"), "127.0.0.1");
        assertThat(credentials.toString()).doesNotContain("secret-token");
    }

    private static String token(String query, Map<String, String> headers) {
        return CredentialsReader.read("/", query, headers, "127.0.0.1").token();
    }
}
