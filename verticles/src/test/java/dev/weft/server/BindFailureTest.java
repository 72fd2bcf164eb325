package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import org.junit.jupiter.api.Test;

class BindFailureTest {
    @Test
    void namesWhatTheNativeTransportSays() {
        IOException said = new IOException("bind(..) failed with error(-98): Address already in use");
        assertThat(BindFailure.named(said))
                .isInstanceOf(BindException.class)
                .hasMessage(said.getMessage())
                .hasCause(said);
    }

    @Test
    void leavesEverythingElseAsItIs() {
        for (Throwable failure : new Throwable[] {
            new BindException("Address already in use"), new IOException("Broken pipe"), new IOException()
        }) {
            assertThat(BindFailure.named(failure)).isSameAs(failure);
        }
    }
}
