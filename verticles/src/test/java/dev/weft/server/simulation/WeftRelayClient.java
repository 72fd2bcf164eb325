package dev.weft.server.simulation;

import dev.weft.client.sync.Effect;
import dev.weft.client.sync.RelayState;
import dev.weft.client.sync.SessionSettings;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.PeerId;
import dev.weft.protocol.message.Capability;
import dev.weft.server.registry.DocumentKey;
import java.util.List;
import java.util.Set;

/** A client of our own in a relay room; half of them ask for the extension. */
final class WeftRelayClient extends WeftClient<RelayState> {
    private final Set<String> capabilities;

    WeftRelayClient(Simulation simulation, String name, DocumentKey key, PeerId peer, boolean extended) {
        super(simulation, name, key, peer);
        this.capabilities = extended ? Set.of(Capability.RESUME) : Set.of();
    }

    @Override
    SessionSettings settings() {
        return SessionSettings.of(key().id()).withCapabilities(capabilities);
    }

    @Override
    RelayState newState(SessionSettings settings) {
        return new RelayState(settings, replicaOf(this), simulation.schedule().random());
    }

    @Override
    List<Effect> localChange(RelayState session, Change change, long now) {
        return session.localChange(change, now);
    }

    @Override
    boolean isSettled() {
        return state().isLive() && state().pendingChanges() == 0;
    }
}
