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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Loads aware documents: the log is replayed into a document without handlers. */
public final class AwareDocumentLoader implements DocumentLoader {
    private final HostLimits limits;
    private final PluginChain plugins;
    private final WallClock wallClock;

    public AwareDocumentLoader(HostLimits limits, WallClock wallClock, PluginChain plugins) {
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
        List<Change> changes = new ArrayList<>(entries.size());
        entries.forEach(entry -> changes.add(Change.decode(entry.blob())));
        ImportResult result = document.importAll(changes);
        if (!result.notReady().isEmpty() || !result.refused().isEmpty()) {
            throw new DocumentCorruptException(
                    key,
                    "the stored log has " + result.notReady().size() + " changes without their dependencies and "
                            + result.refused().size() + " that cannot be applied",
                    null);
        }
        return new HostedDocument(
                        key, epoch, new DocumentReplica(document, limits.heldAsideMax()), lastPosition, limits)
                .withPlugins(plugins.besideDocument(key));
    }
}
