package dev.weft.client.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.client.event.ClientEvent;
import dev.weft.client.event.ConnectionStatus;
import dev.weft.client.event.ProblemKind;
import dev.weft.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** Drives a session by hand: feeds inputs, advances time, and keeps what the session wanted done. */
final class Script {
    static final String DOC = "doc";

    final SessionState state;
    final List<Effect> effects = new ArrayList<>();
    long now = 1_000_000;
    long connection;

    Script(SessionState state) {
        this.state = state;
    }

    Script input(LongFunction<List<Effect>> input) {
        List<Effect> wanted = input.apply(now);
        for (Effect effect : wanted) {
            if (effect instanceof Effect.OpenSocket open) {
                connection = open.connection();
            }
        }
        effects.addAll(wanted);
        return this;
    }

    Script connect() {
        return input(state::connect);
    }

    Script opened() {
        return input(time -> state.socketOpened(connection, time));
    }

    Script failed() {
        return input(time -> state.socketFailed(connection, "refused", time));
    }

    Script closed() {
        return input(time -> state.socketClosed(connection, "gone", time));
    }

    Script receive(Message... messages) {
        for (Message message : messages) {
            for (Message admitted : state.admit(connection, message)) {
                input(time -> state.receive(connection, admitted, time));
            }
        }
        return this;
    }

    /** Lets time pass, waking the session whenever it wants to be woken. */
    Script pass(long millis) {
        long until = now + millis;
        while (state.nextDeadline() <= until) {
            now = Math.max(now, state.nextDeadline());
            input(state::tick);
        }
        now = until;
        return this;
    }

    Script clear() {
        effects.clear();
        return this;
    }

    <T> List<T> all(Class<T> type) {
        return effects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    List<Message> sent() {
        return all(Effect.Send.class).stream().map(Effect.Send::message).toList();
    }

    <T extends Message> List<T> sent(Class<T> type) {
        return sent().stream().filter(type::isInstance).map(type::cast).toList();
    }

    <T extends ClientEvent> List<T> events(Class<T> type) {
        return all(Effect.Publish.class).stream()
                .map(Effect.Publish::event)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    List<ConnectionStatus> statuses() {
        return events(ClientEvent.StatusChanged.class).stream()
                .map(ClientEvent.StatusChanged::status)
                .toList();
    }

    List<ProblemKind> problems() {
        return events(ClientEvent.Problem.class).stream()
                .map(ClientEvent.Problem::kind)
                .toList();
    }

    void assertStatuses(ConnectionStatus... expected) {
        assertThat(statuses()).containsExactly(expected);
    }
}
