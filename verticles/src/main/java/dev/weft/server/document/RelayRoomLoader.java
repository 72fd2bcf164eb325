package dev.weft.server.document;

import dev.weft.server.document.host.HostLimits;
import dev.weft.server.document.host.Hosted;
import dev.weft.server.plugin.PluginChain;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.relay.host.RelayLimits;
import dev.weft.server.relay.host.RelayRoom;
import dev.weft.server.storage.StoredEntry;
import dev.weft.server.storage.StoredRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Loads relay rooms. */
public final class RelayRoomLoader implements DocumentLoader {
    private final HostLimits limits;
    private final PluginChain plugins;
    private final RelayLimits relayLimits;
    private final Supplier<String> log;

    /** @param log names the open store: rooms of the same name in stores of different names have nothing in common */
    public RelayRoomLoader(HostLimits limits, RelayLimits relayLimits, PluginChain plugins, Supplier<String> log) {
        this.log = log;
        this.limits = limits;
        this.plugins = plugins;
        this.relayLimits = relayLimits;
    }

    @Override
    public Opening open(DocumentKey key, Optional<byte[]> snapshot, List<? extends StoredRun> runs) {
        Opened opened = new Opened(key, snapshot);
        opened.append(runs);
        return opened;
    }

    private final class Opened implements Opening {
        private final DocumentKey key;
        private final Optional<byte[]> snapshot;
        private final List<StoredEntry> entries = new ArrayList<>();

        Opened(DocumentKey key, Optional<byte[]> snapshot) {
            this.key = key;
            this.snapshot = snapshot;
        }

        @Override
        public void append(List<? extends StoredRun> runs) {
            runs.forEach(run -> entries.addAll(run.entries()));
        }

        @Override
        public Hosted host(long epoch, long lastPosition) {
            return new RelayRoom(key, epoch, snapshot, entries, lastPosition, limits, relayLimits)
                    .inLog(log.get())
                    .withPlugins(plugins.besideDocument(key));
        }
    }
}
