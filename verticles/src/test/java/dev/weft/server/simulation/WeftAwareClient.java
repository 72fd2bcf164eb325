package dev.weft.server.simulation;

import dev.weft.client.sync.Effect;
import dev.weft.client.sync.SessionSettings;
import dev.weft.client.sync.SyncState;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.PeerId;
import dev.weft.protocol.message.Capability;
import dev.weft.server.registry.DocumentKey;
import java.util.List;
import java.util.Set;

/** A client of our own in an aware document; half of them ask for the extensions. */
final class WeftAwareClient extends WeftClient<SyncState> {
    private final Set<String> capabilities;

    WeftAwareClient(Simulation simulation, String name, DocumentKey key, PeerId peer, boolean extended) {
        super(simulation, name, key, peer);
        this.capabilities = extended ? Set.of(Capability.ACK, Capability.BATCH, Capability.RESUME) : Set.of();
    }

    @Override
    SessionSettings settings() {
        return SessionSettings.of(key().id()).withCapabilities(capabilities);
    }

    @Override
    SyncState newState(SessionSettings settings) {
        return new SyncState(settings, replicaOf(this), simulation.schedule().random());
    }

    @Override
    List<Effect> localChange(SyncState session, Change change, long now) {
        return session.localChange(change, now);
    }

    @Override
    boolean isSettled() {
        return state().isLive();
    }
}
