package dev.weft.client.sync;

import dev.weft.client.event.ClientEvent;
import dev.weft.client.event.ConnectionStatus;
import dev.weft.client.event.ProblemKind;
import java.util.ArrayList;
import java.util.List;

/** Collects what a decision wants done, the status included, which is only ever told when it changes. */
abstract class EffectSource {
    private List<Effect> effects = new ArrayList<>();
    private ConnectionStatus status = ConnectionStatus.DISCONNECTED;

    public final ConnectionStatus status() {
        return status;
    }

    final void setStatus(ConnectionStatus next) {
        if (next != status) {
            status = next;
            publish(new ClientEvent.StatusChanged(next));
        }
    }

    final void emit(Effect effect) {
        effects.add(effect);
    }

    final void publish(ClientEvent event) {
        emit(new Effect.Publish(event));
    }

    final void report(ProblemKind kind, String text) {
        publish(ClientEvent.Problem.of(kind, text));
    }

    /** What became of changes of others. @return whether every one of them is applied or waiting */
    final boolean reportImport(Replica.ImportOutcome outcome) {
        if (!outcome.applied().isEmpty()) {
            publish(new ClientEvent.ChangesApplied(outcome.applied()));
        }
        if (outcome.refused() > 0) {
            report(ProblemKind.CHANGES_REFUSED, outcome.refused() + " changes could not be applied");
        }
        if (outcome.dropped() > 0) {
            report(
                    ProblemKind.WAITING_CHANGES_DROPPED,
                    outcome.dropped() + " changes were dropped, too many wait for a dependency");
        }
        return outcome.refused() == 0 && outcome.dropped() == 0;
    }

    final List<Effect> takeEffects() {
        List<Effect> taken = effects;
        effects = new ArrayList<>();
        return taken;
    }
}
