package dev.weft.server.plugin.example;

import dev.weft.protocol.message.Message;
import dev.weft.server.plugin.DocumentPlugin;
import dev.weft.server.plugin.ServerPlugin;
import dev.weft.server.plugin.Verdict;
import dev.weft.server.registry.DocumentKey;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

// example: archive
/** Keeps some documents as they are, lets only those in whom somebody else vouches for, and notes who changed what. */
final class Archive implements ServerPlugin {
    private final Set<String> frozen;
    private final Function<DocumentKey, CompletionStage<Boolean>> mayOpen;
    private final Consumer<String> log;

    /** @param frozen documents nobody may change. @param mayOpen asks somewhere else. @param log any thread */
    Archive(Set<String> frozen, Function<DocumentKey, CompletionStage<Boolean>> mayOpen, Consumer<String> log) {
        this.frozen = frozen;
        this.mayOpen = mayOpen;
        this.log = log;
    }

    @Override
    public String name() {
        return "archive";
    }

    @Override
    public CompletionStage<Verdict> joining(String sessionId, DocumentKey key, Message request) {
        return mayOpen.apply(key)
                .thenApply(may -> may ? Verdict.ALLOW : Verdict.refuse("CLOSED", "Nobody vouches for you"));
    }

    @Override
    public DocumentPlugin forDocument(DocumentKey key) {
        return new DocumentPlugin() {
            @Override
            public Verdict changing(String sessionId, List<byte[]> changes, Output out) {
                return frozen.contains(key.id()) ? Verdict.refuse("FROZEN", "This stays as it is") : Verdict.ALLOW;
            }

            @Override
            public void changed(String sessionId, long lastPosition, List<byte[]> changes, Output out) {
                log.accept(key + ": " + sessionId + " made " + changes.size() + ", up to " + lastPosition);
            }
        };
    }
}
// end
