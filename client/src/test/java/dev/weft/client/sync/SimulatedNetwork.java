package dev.weft.client.sync;

import dev.weft.protocol.message.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.LongFunction;

/**
 * Many sessions and one server in virtual time. Each connection keeps its order and delays each message at random, so
 * messages of different clients overtake each other. Connections are refused, cut with messages in flight, and dropped
 * by a server that keeps the socket open.
 */
final class SimulatedNetwork {
    /** What a simulated server does. */
    interface Server {
        void receive(String session, Message message);

        void disconnected(String session);
    }

    /** Sees every message a client sends and receives, to object to it. */
    interface Observer {
        void opened(Node node);

        void sent(Node node, Message message);

        void received(Node node, Message message);
    }

    private record Event(long time, long order, Runnable action) {}

    final SplittableRandom random;
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.time != b.time ? Long.compare(a.time, b.time) : Long.compare(a.order, b.order));
    private final Map<String, Connection> bySession = new LinkedHashMap<>();
    final List<Node> nodes = new ArrayList<>();
    private final Observer observer;
    private Server server;
    private long order;
    private long sessions;
    long now = 1_000_000;
    int refusePercent;
    int delayMillisMax = 40;

    SimulatedNetwork(SplittableRandom random, Observer observer) {
        this.random = random;
        this.observer = observer;
    }

    void serve(Server model) {
        server = model;
    }

    /** One socket. The two ends learn of its end at different times. */
    final class Connection {
        final Node node;
        final long number;
        final String session = "socket-" + ++sessions;
        private boolean serverSees = true;
        private boolean clientSees = true;
        /** The server forgot the session and left the socket open. */
        private boolean swallowed;

        private long lastToServer;
        private long lastToClient;

        Connection(Node node, long number) {
            this.node = node;
            this.number = number;
        }

        void toServer(Message message) {
            lastToServer = Math.max(lastToServer, now + delay());
            at(lastToServer, () -> {
                if (serverSees && !swallowed) {
                    server.receive(session, message);
                }
            });
        }

        void toClient(Message message) {
            if (!serverSees || swallowed) {
                return;
            }
            lastToClient = Math.max(lastToClient, now + delay());
            at(lastToClient, () -> {
                if (clientSees) {
                    node.receive(this, message);
                }
            });
        }

        void cut() {
            at(now + delay(), () -> {
                if (clientSees) {
                    clientSees = false;
                    node.input(time -> node.state.socketClosed(number, "cut", time));
                }
            });
            closeAtServer();
        }

        void closeAtServer() {
            at(Math.max(lastToServer, now) + delay(), () -> {
                if (serverSees) {
                    serverSees = false;
                    server.disconnected(session);
                }
            });
        }
    }

    /** One client. */
    final class Node {
        final SessionState state;
        final MemoryReplica replica;
        Connection connection;
        private long tickAt = Long.MAX_VALUE;

        Node(SessionState state, MemoryReplica replica) {
            this.state = state;
            this.replica = replica;
        }

        void input(LongFunction<List<Effect>> decision) {
            perform(decision.apply(now));
            long deadline = Math.max(now, state.nextDeadline());
            if (state.nextDeadline() != Long.MAX_VALUE && deadline < tickAt) {
                tickAt = deadline;
                at(deadline, () -> {
                    if (tickAt == deadline) {
                        tickAt = Long.MAX_VALUE;
                        input(state::tick);
                    }
                });
            }
        }

        private void receive(Connection from, Message message) {
            observer.received(this, message);
            for (Message admitted : state.admit(from.number, message)) {
                input(time -> state.receive(from.number, admitted, time));
            }
        }

        private void perform(List<Effect> effects) {
            for (Effect effect : effects) {
                if (effect instanceof Effect.OpenSocket open) {
                    open(open.connection());
                } else if (effect instanceof Effect.Send send) {
                    if (connection != null && connection.number == send.connection() && connection.clientSees) {
                        observer.sent(this, send.message());
                        connection.toServer(send.message());
                        maybeBlock(connection);
                    }
                } else if (effect instanceof Effect.CloseSocket close) {
                    if (connection != null && connection.number == close.connection()) {
                        connection.clientSees = false;
                        connection.closeAtServer();
                    }
                } else if (effect instanceof Effect.AwaitDrain await) {
                    at(now + delay(), () -> input(time -> state.drained(await.connection(), time)));
                }
            }
        }

        private void maybeBlock(Connection busy) {
            if (random.nextInt(20) == 0) {
                at(now, () -> input(time -> state.blocked(busy.number)));
                at(now + 1 + delay(), () -> input(time -> state.drained(busy.number, time)));
            }
        }

        private void open(long number) {
            Connection opening = new Connection(this, number);
            at(now + delay(), () -> {
                if (random.nextInt(100) < refusePercent) {
                    input(time -> state.socketFailed(number, "refused", time));
                    return;
                }
                connection = opening;
                bySession.put(opening.session, opening);
                observer.opened(this);
                input(time -> state.socketOpened(number, time));
            });
        }
    }

    Node add(SessionState state, MemoryReplica replica) {
        Node node = new Node(state, replica);
        nodes.add(node);
        return node;
    }

    void toClient(String session, Message message) {
        bySession.get(session).toClient(message);
    }

    void cut(Node node) {
        if (node.connection != null && node.connection.clientSees) {
            node.connection.cut();
        }
    }

    /** The server drops the session and leaves the socket open; nothing tells the client but silence. */
    void swallow(Node node) {
        if (node.connection != null && node.connection.serverSees) {
            node.connection.swallowed = true;
            server.disconnected(node.connection.session);
        }
    }

    void at(long time, Runnable action) {
        events.add(new Event(time, order++, action));
    }

    void run(long millis) {
        long until = now + millis;
        while (!events.isEmpty() && events.peek().time <= until) {
            Event event = events.poll();
            now = Math.max(now, event.time);
            event.action.run();
        }
        now = until;
    }

    private long delay() {
        return 1 + random.nextInt(delayMillisMax);
    }
}
