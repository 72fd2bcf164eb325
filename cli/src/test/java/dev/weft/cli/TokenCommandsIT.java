package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.Server;
import dev.weft.server.ServerOptions;
import dev.weft.server.auth.Access;
import dev.weft.server.auth.AuthOptions;
import dev.weft.server.auth.DocumentPattern;
import dev.weft.server.auth.Grant;
import dev.weft.server.auth.Identity;
import dev.weft.server.auth.Peers;
import dev.weft.server.auth.StaticTokenAuthenticator;
import dev.weft.server.gateway.GatewayOptions;
import dev.weft.server.storage.InMemoryDocumentStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Commands that talk to a node which wants to know who asks. */
class TokenCommandsIT {
    private static final String TOKEN = "token-of-ann-0123456789";

    @TempDir
    private static Path folder;

    private static Server server;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws Exception {
        Grant everything = new Grant(DocumentPattern.ALL, Access.WRITE);
        Identity ann = new Identity("ann", null, 0, Identity.NEVER, List.of(everything), Peers.ANY);
        AuthOptions auth = AuthOptions.of(new StaticTokenAuthenticator(Map.of(TOKEN, ann)));
        ServerOptions options = ServerOptions.DEFAULT
                .withGateways(1)
                .withGateway(GatewayOptions.DEFAULT.withPort(0).withAuth(auth));
        server = Server.start(options, InMemoryDocumentStore.unshared())
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
    }

    @AfterAll
    static void stop() throws Exception {
        server.stop().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private int cat(String query, String... more) {
        CommandLine weft = Weft.commandLine();
        weft.setOut(new PrintWriter(out, true));
        weft.setErr(new PrintWriter(err, true));
        String[] arguments = new String[4 + more.length];
        arguments[0] = "cat";
        arguments[1] = "ws://localhost:" + server.port() + "/" + query;
        arguments[2] = "notes";
        arguments[3] = "text";
        System.arraycopy(more, 0, arguments, 4, more.length);
        return weft.execute(arguments);
    }

    @Test
    void aTokenFileLetsACommandIn() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), TOKEN + "\n");
        cat("", "--token-file", file.toString());
        assertThat(err.toString()).startsWith("weft: document 'notes' has no text 'text'");
    }

    @Test
    void withoutATokenOrWithAWrongOneItIsToldSoAndTheTokenIsNotRepeated() {
        assertThat(cat("")).isEqualTo(1);
        assertThat(err.toString()).contains("401");
        assertThat(cat("?token=wrong-token-0123456789")).isEqualTo(1);
        assertThat(err.toString()).doesNotContain("wrong-token");
    }

    @Test
    void aFileThatIsNotThereIsWrongUsage() {
        assertThat(cat("", "--token-file", folder.resolve("nowhere").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("nowhere");
        assertThat(cat("", "--trust", folder.resolve("nobody").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("nobody");
    }
}
