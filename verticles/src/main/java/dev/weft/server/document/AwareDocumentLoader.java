package dev.weft.server.document;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.WallClock;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.document.ImportResult;
import dev.weft.server.document.host.DocumentReplica;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.document.host.HostedDocument;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentCorruptException;
import dev.weft.server.storage.StoredEntry;
import java.util.List;
import java.util.Optional;

/** Loads aware documents: the log is replayed into a document without handlers. */
public final class AwareDocumentLoader implements DocumentLoader {
    private final HostLimits limits;
    private final PluginChain plugins;
    private final WallClock wallClock;
    private final String log;

    /** @param log names the store: documents of the same name in stores of different names have nothing in common */
    public AwareDocumentLoader(HostLimits limits, WallClock wallClock, PluginChain plugins, String log) {
        this.log = log;
        this.limits = limits;
        this.plugins = plugins;
        this.wallClock = wallClock;
    }

    @Override
    public Hosted load(
            DocumentKey key, long epoch, Optional<byte[]> snapshot, List<StoredEntry> entries, long lastPosition) {
        Document document = new Document(DocumentOptions.builder()
                .documentId(key.id())
                .wallClock(wallClock)
                .build());
        // One by one: the history is then in the order of the log, by whose positions links ask.
        for (StoredEntry entry : entries) {
            ImportResult result = document.importAll(List.of(Change.decode(entry.blob())));
            if (!result.notReady().isEmpty() || !result.refused().isEmpty()) {
                String why = result.refused().isEmpty()
                        ? "lacks a dependency"
                        : result.refused().get(0).message();
                throw new DocumentCorruptException(
                        key, "the change at position " + entry.position() + " of the log: " + why, null);
            }
        }
        return new HostedDocument(key, epoch, new DocumentReplica(document, limits, wallClock), lastPosition, limits)
                .inLog(log)
                .withPlugins(plugins.besideDocument(key));
    }
}
