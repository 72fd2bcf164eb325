package dev.weft.cli;

import java.net.URI;
import java.net.URISyntaxException;
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
