package dev.weft.server.document;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.clock.WallClock;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.DocumentOptions;
import dev.weft.crdt.document.ImportResult;
import dev.weft.crdt.history.HistoryBlock;
import dev.weft.server.document.host.DocumentReplica;
import dev.weft.server.document.host.HistoryHorizon;
import dev.weft.server.document.host.HostLimits;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.document.host.HostedDocument;
import dev.weft.server.observe.LogFields;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.storage.DocumentCorruptException;
import dev.weft.server.storage.PackedEntries;
import dev.weft.server.storage.StoredDocument;
import dev.weft.server.storage.StoredEntry;
import dev.weft.server.storage.StoredRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads aware documents into a document without handlers: the packed beginning of the log is taken over as it is, what comes
 * after it is imported.
 */
public final class AwareDocumentLoader implements DocumentLoader {
    private static final Logger LOG = LoggerFactory.getLogger(AwareDocumentLoader.class);

    private final HostLimits limits;
    private final PluginChain plugins;
    private final WallClock wallClock;
    private final Supplier<String> log;
    private final HistoryCompactor compactor;

    /** History is kept for ever. @see #AwareDocumentLoader(HostLimits, WallClock, PluginChain, Supplier, HistoryHorizon) */
    public AwareDocumentLoader(HostLimits limits, WallClock wallClock, PluginChain plugins, Supplier<String> log) {
        this(limits, wallClock, plugins, log, HistoryHorizon.FOREVER);
    }

    /** @param log names the open store: documents of the same name in stores of different names have nothing in common */
    public AwareDocumentLoader(
            HostLimits limits, WallClock wallClock, PluginChain plugins, Supplier<String> log, HistoryHorizon horizon) {
        this.compactor = new HistoryCompactor(horizon);
        this.log = log;
        this.limits = limits;
        this.plugins = plugins;
        this.wallClock = wallClock;
    }

    @Override
    public Opening open(DocumentKey key, Optional<byte[]> snapshot, List<? extends StoredRun> runs) {
        StoredHistory stored = StoredHistory.read(key, snapshot);
        return new Opened(key, document(key, stored, runs), stored.coveredUpTo());
    }

    private final class Opened implements Opening {
        private final DocumentKey key;
        private final Document document;
        private final long coveredUpTo;

        Opened(DocumentKey key, Document document, long coveredUpTo) {
            this.key = key;
            this.document = document;
            this.coveredUpTo = coveredUpTo;
        }

        @Override
        public void append(List<? extends StoredRun> runs) {
            runs.forEach(run -> importAll(key, document, run.entries()));
        }

        @Override
        public Hosted host(long epoch, long lastPosition) {
            DocumentReplica replica = new DocumentReplica(document, limits, wallClock);
            return new HostedDocument(key, epoch, replica, coveredUpTo, lastPosition, limits)
                    .inLog(log.get())
                    .withPlugins(plugins.besideDocument(key));
        }
    }

    @Override
    public Optional<StoredCompaction> compaction(StoredDocument stored, List<? extends StoredRun> runs) {
        DocumentKey key = stored.info().key();
        StoredHistory history = StoredHistory.read(key, stored.snapshot());
        byte[] first = history.firstChange();
        if (first == null && !runs.isEmpty()) {
            first = runs.get(0).entries().get(0).blob();
        }
        try {
            return compactor.compaction(
                    stored.info(), history, first, () -> document(key, history, runs), wallClock.millis());
        } catch (RuntimeException e) {
            LogFields.of(LOG.atError().setCause(e), key)
                    .log("{} is served with all its history, which could not be replaced", key);
            return Optional.empty();
        }
    }

    private Document document(DocumentKey key, StoredHistory stored, List<? extends StoredRun> runs) {
        List<HistoryBlock> blocks = packedBeginning(stored, runs);
        Document document = document(key, stored);
        int taken = blocks.size() - stored.changes();
        try {
            document.adoptHistory(blocks);
        } catch (CrdtFormatException e) {
            // Packed or not, a log is what the import makes of it, which also says what is wrong with it.
            LogFields.of(LOG.atWarn(), key).log("{} is imported change by change: {}", key, e.getMessage());
            document = document(key, stored);
            taken = 0;
            if (stored.firstChange() != null) {
                importAll(key, document, List.of(new StoredEntry(1, stored.firstChange())));
            }
        }
        for (StoredRun run : runs.subList(taken, runs.size())) {
            importAll(key, document, run.entries());
        }
        return document;
    }

    private static List<HistoryBlock> packedBeginning(StoredHistory stored, List<? extends StoredRun> runs) {
        List<HistoryBlock> blocks = new ArrayList<>();
        if (stored.firstChange() != null) {
            blocks.add(HistoryBlock.open(HistoryBlock.encode(List.of(stored.firstChange()))));
        }
        for (StoredRun run : runs) {
            if (!(run instanceof PackedEntries packed)) {
                break;
            }
            blocks.add(HistoryBlock.open(packed.block()));
        }
        return blocks;
    }

    private Document document(DocumentKey key, StoredHistory stored) {
        Document document = new Document(DocumentOptions.builder()
                .documentId(key.id())
                .wallClock(wallClock)
                .build());
        if (stored.snapshot() != null) {
            document.importSnapshot(stored.snapshot(), true);
        }
        return document;
    }

    private static void importAll(DocumentKey key, Document document, List<StoredEntry> entries) {
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
    }
}
