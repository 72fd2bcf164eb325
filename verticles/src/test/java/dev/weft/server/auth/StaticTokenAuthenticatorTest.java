package dev.weft.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weft.server.auth.Credentials.Source;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StaticTokenAuthenticatorTest {
    private static final String TOKEN = "correct horse battery";
    private static final Identity ANN = new Identity("ann", null, 0, Identity.NEVER, List.of(), Peers.ANY);

    private final StaticTokenAuthenticator authenticator = new StaticTokenAuthenticator(Map.of(TOKEN, ANN));

    @Test
    void knowsWhomATokenStandsFor() {
        assertThat(ask(TOKEN).result()).isEqualTo(ANN);
    }

    @Test
    void refusesWhatIsMissingOrUnknown() {
        assertThat(ask(null).cause()).isInstanceOf(NotAuthenticatedException.class);
        assertThat(ask(TOKEN + " ").cause())
                .isInstanceOf(NotAuthenticatedException.class)
                .hasMessageNotContaining(TOKEN);
    }

    @Test
    void refusesTokensThatCanBeGuessed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StaticTokenAuthenticator(Map.of("short", ANN)))
                .withMessageContaining("ann")
                .withMessageNotContaining("short");
    }

    private Future<Identity> ask(String token) {
        return authenticator.authenticate(new Credentials(token, Source.QUERY, "/", "127.0.0.1"));
    }
}
