package dev.weft.server.webhook;

import java.util.Arrays;
import java.util.Optional;

/** What an endpoint may be told of. */
public enum WebhookEvent {
    /** The first change of a document became durable. */
    DOCUMENT_CREATED("document.created"),
    /** Changes became durable; one notice for many that come close together. */
    DOCUMENT_CHANGED("document.changed"),
    /** A node let go of a document: nobody has it open there, or it moved. */
    DOCUMENT_UNLOADED("document.unloaded"),
    CLIENT_JOINED("client.joined"),
    CLIENT_LEFT("client.left");

    private final String type;

    WebhookEvent(String type) {
        this.type = type;
    }

    /** As it is written in a notice. */
    public String type() {
        return type;
    }

    public static Optional<WebhookEvent> of(String type) {
        return Arrays.stream(values()).filter(event -> event.type.equals(type)).findFirst();
    }
}
