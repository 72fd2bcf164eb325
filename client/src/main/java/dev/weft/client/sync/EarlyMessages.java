package dev.weft.client.sync;

import dev.weft.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages that came before the answer to the handshake. A stock server sends presence and even changes first; handled
 * in that order, our old session would show up as a ghost among the present (spec protocol 8.6).
 */
final class EarlyMessages {
    private final int messagesMax;
    private List<Message> kept = new ArrayList<>();
    private int dropped;

    EarlyMessages(int messagesMax) {
        this.messagesMax = messagesMax;
    }

    void keep(Message message) {
        // Changes that are dropped here are part of the answer too: the server reads its state after it subscribed us.
        if (kept.size() < messagesMax) {
            kept.add(message);
        } else {
            dropped++;
        }
    }

    List<Message> release(Message answer) {
        List<Message> released = new ArrayList<>(kept.size() + 1);
        released.add(answer);
        released.addAll(kept);
        kept = new ArrayList<>();
        return released;
    }

    int takeDropped() {
        int count = dropped;
        dropped = 0;
        return count;
    }

    void clear() {
        kept = new ArrayList<>();
        dropped = 0;
    }
}
