package dev.weft.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which text a command is about. */
final class Target {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Parameters(index = "0", paramLabel = "URL", description = "A node, such as ws://localhost:8080")
    private String url;

    @Parameters(index = "1", paramLabel = "DOCUMENT", description = "Id of the document")
    private String documentId;

    @Parameters(index = "2", paramLabel = "HANDLER", description = "Id of the text inside the document")
    private String handlerId;

    @Option(
            names = "--timeout",
            defaultValue = "30",
            paramLabel = "SECONDS",
            description = "How long to wait for the server. Default: ${DEFAULT-VALUE}")
    private int timeoutSeconds;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description =
                    "File whose first line is the token to show to the node. On the command line everybody could read it.")
    private Path tokenFile;

    @Option(
            names = "--trust",
            paramLabel = "FILE",
            description =
                    "Certificate, as PEM, that the node's must be or be signed by; without it, those this Java trusts.")
    private Path trust;

    /** For picocli, which fills it in. */
    Target() {}

    Target(String url, String documentId, String handlerId) {
        this.url = url;
        this.documentId = documentId;
        this.handlerId = handlerId;
        this.timeoutSeconds = 30;
    }

    /** @throws ParameterException if it is no WebSocket address */
    String url() {
        try {
            URI uri = new URI(url);
            if (("ws".equals(uri.getScheme()) || "wss".equals(uri.getScheme())) && uri.getHost() != null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Answered below, like every other address of the wrong form.
        }
        throw new ParameterException(
                command.commandLine(), "URL '" + url + "' must look like ws://host:port or wss://host:port");
    }

    /** For people, without what may be a token. */
    String shownUrl() {
        return url().replaceFirst("\\?.*", "?***");
    }

    /** Null if it shows none. @throws ParameterException if there is no such file, or nothing in it */
    String token() {
        if (tokenFile == null) {
            return null;
        }
        try {
            String token =
                    Files.readString(tokenFile).lines().findFirst().orElse("").strip();
            if (!token.isEmpty()) {
                return token;
            }
            throw new ParameterException(command.commandLine(), "'" + tokenFile + "' holds no token in its first line");
        } catch (IOException e) {
            throw new ParameterException(
                    command.commandLine(), "there is no file '" + tokenFile + "' that can be read");
        }
    }

    /** Null if this Java decides whom to trust. @throws ParameterException if there is no such file */
    Path trust() {
        if (trust != null && !Files.isReadable(trust)) {
            throw new ParameterException(command.commandLine(), "there is no file '" + trust + "' that can be read");
        }
        return trust;
    }

    String documentId() {
        return documentId;
    }

    String handlerId() {
        return handlerId;
    }

    int timeoutSeconds() {
        return timeoutSeconds;
    }
}
