package dev.weft.server;

/** A node that lets in everybody would be reached by more than its own machine, and nobody asked for that. */
public final class OpenServerException extends RuntimeException {
    OpenServerException(String host) {
        super("The node would listen on " + host + " and let in everybody who reaches it. Choose an authentication, or"
                + " listen on 127.0.0.1, or say that anybody may come in");
    }
}
