package dev.weft.server.link;

import dev.weft.protocol.message.Message;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Keeps the acknowledgements of one relay session apart from pushes they do not mean. Confined to its link. */
final class PushFence {
    /*
     * A welcome in the middle of a session makes the client count its pushes anew, and push again what was not acknowledged:
     * it had pushed before it read the welcome, and pushes the same once more because of it. Acknowledgements name no push,
     * so one too many would be taken for a push that is still on its way. The client's pong to a ping behind the welcome
     * comes behind both: until then acknowledgements wait, and those of the pushes before the welcome are not sent at all.
     */

    /** The time stamp of the ping; 0 if none is out. */
    private long stamp;

    /** The last push that was taken in. */
    private long newestPush;

    /** Pushes up to this one are not acknowledged any more: the client would take it for the acknowledgement of others. */
    private long disownedUpTo;

    /** Acknowledgements that wait for the pong, by push. */
    private final Map<Long, Message> held = new LinkedHashMap<>();

    void pushed(long push) {
        newestPush = push;
    }

    /** A welcome was sent to a client that may have pushed, and behind it a ping with this time stamp. */
    void put(long pingStamp) {
        stamp = pingStamp;
        disownedUpTo = newestPush;
        held.clear();
    }

    boolean isPassedBy(long pongStamp) {
        return pongStamp == stamp;
    }

    void pass(Consumer<Message> toClient) {
        stamp = 0;
        if (newestPush > disownedUpTo) {
            disownedUpTo = newestPush - 1;
        }
        held.forEach((push, acknowledgement) -> acknowledge(push, acknowledgement, toClient));
        held.clear();
    }

    void acknowledge(long push, Message acknowledgement, Consumer<Message> toClient) {
        if (push <= disownedUpTo) {
            return;
        }
        if (stamp != 0) {
            held.put(push, acknowledgement);
        } else {
            toClient.accept(acknowledgement);
        }
    }
}
