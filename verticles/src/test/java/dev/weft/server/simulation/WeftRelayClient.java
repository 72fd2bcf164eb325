package dev.weft.server.simulation;

import dev.weft.client.sync.Effect;
import dev.weft.client.sync.RelayState;
import dev.weft.client.sync.SessionSettings;
import dev.weft.crdt.change.Change;
import dev.weft.crdt.id.PeerId;
import dev.weft.server.registry.DocumentKey;
import java.util.List;

/** A client of our own in a relay room. */
final class WeftRelayClient extends WeftClient<RelayState> {
    WeftRelayClient(Simulation simulation, String name, DocumentKey key, PeerId peer) {
        super(simulation, name, key, peer);
    }

    @Override
    SessionSettings settings() {
        return SessionSettings.of(key().id());
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
