package dev.weft.chaos.fault;

import static dev.weft.chaos.fault.Layout.ONE_NODE;
import static dev.weft.chaos.fault.Layout.THREE_HOSTS;
import static dev.weft.chaos.fault.Layout.THREE_INSTRUMENTED;
import static dev.weft.chaos.fault.Layout.THREE_NODES;

import dev.weft.chaos.cluster.DataDisk;
import dev.weft.chaos.cluster.FakeClock;
import dev.weft.chaos.cluster.Namespaces;
import dev.weft.chaos.cluster.Node;
import dev.weft.chaos.cluster.Operator;
import dev.weft.testkit.PostgresServer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Every fault there is. */
public final class Faults {
    private static final Set<Integer> ALL = Set.of(0, 1, 2);
    private static final long DELAY_MILLIS = 300;
    private static final long CLOCK_SECONDS = 3_600;

    /** Something done to a scene. */
    private interface Step {
        void run(Scene scene) throws InterruptedException;
    }

    private record Made(
            String name,
            String story,
            Layout layout,
            Function<Scene, Set<Integer>> whom,
            Step strikes,
            Step mends,
            Reconnects reconnectsMax,
            boolean isQuietOnceMended,
            boolean isServedOnAllSides,
            Supplier<Optional<String>> hindered)
            implements Fault {
        Made(String name, String story, Layout layout, Function<Scene, Set<Integer>> whom, Step strikes, Step mends) {
            this(name, story, layout, whom, strikes, mends, Reconnects.ANY, false, false, Optional::empty);
        }

        Made reconnecting(int affected, int elsewhere) {
            Reconnects most = new Reconnects(affected, elsewhere);
            return new Made(
                    name, story, layout, whom, strikes, mends, most, isQuietOnceMended, isServedOnAllSides, hindered);
        }

        Made quietOnceMended() {
            return new Made(
                    name, story, layout, whom, strikes, mends, reconnectsMax, true, isServedOnAllSides, hindered);
        }

        Made servedOnAllSides() {
            return new Made(
                    name, story, layout, whom, strikes, mends, reconnectsMax, isQuietOnceMended, true, hindered);
        }

        Made unless(Supplier<Optional<String>> obstacle) {
            return new Made(
                    name,
                    story,
                    layout,
                    whom,
                    strikes,
                    mends,
                    reconnectsMax,
                    isQuietOnceMended,
                    isServedOnAllSides,
                    obstacle);
        }

        @Override
        public Optional<String> obstacle() {
            return hindered.get();
        }

        @Override
        public void strike(Scene scene) throws InterruptedException {
            strikes.run(scene);
        }

        @Override
        public void mend(Scene scene) throws InterruptedException {
            mends.run(scene);
        }

        @Override
        public Set<Integer> affected(Scene scene) {
            return whom.apply(scene);
        }
    }

    private Faults() {}

    /** Ordered so that those that share a cluster follow each other. */
    public static List<Fault> all() {
        return List.of(
                new Made(
                                "owner-killed",
                                "kill -9 of the node that owns the documents",
                                THREE_NODES,
                                scene -> Set.of(scene.owner()),
                                scene -> scene.ownerNode().kill(),
                                scene -> scene.cluster().restore())
                        .reconnecting(1, 0),
                new Made(
                                "gateway-killed",
                                "kill -9 of a node that owns nothing but holds sockets",
                                THREE_NODES,
                                scene -> Set.of(scene.gateway()),
                                scene -> scene.gatewayNode().kill(),
                                scene -> scene.cluster().restore())
                        .reconnecting(1, 0),
                new Made(
                                "owner-and-gateway-killed",
                                "kill -9 of the owner and of a gateway in the same instant",
                                THREE_NODES,
                                scene -> Set.of(scene.owner(), scene.gateway()),
                                scene -> {
                                    scene.ownerNode().kill();
                                    scene.gatewayNode().kill();
                                },
                                scene -> scene.cluster().restore())
                        .reconnecting(2, 0),
                new Made(
                        "owner-frozen",
                        "the owner's process stands still past every time-out (SIGSTOP), then goes on where it was",
                        THREE_NODES,
                        scene -> Set.of(scene.owner()),
                        scene -> {
                            scene.ownerNode().freeze();
                            scene.hold(scene.times().freeze());
                        },
                        scene -> scene.ownerNode().thaw()),
                new Made(
                                "store-down",
                                "the database is killed and comes back later",
                                THREE_NODES,
                                scene -> ALL,
                                scene -> {
                                    scene.database().kill();
                                    scene.hold(scene.times().storeDown());
                                },
                                scene -> scene.database().startAgain())
                        .servedOnAllSides()
                        .unless(Faults::noDatabaseOfOurOwn),
                new Made(
                                "planned-hand-off",
                                "the owner is stopped in order and hands its documents over; then it comes back",
                                THREE_NODES,
                                scene -> Set.of(scene.owner()),
                                scene -> scene.ownerNode().stop(),
                                scene -> scene.cluster().restore())
                        .reconnecting(1, 0),
                new Made(
                                "moved-by-operator",
                                "an operator moves both documents to another node, which nobody but the nodes should notice",
                                THREE_NODES,
                                scene -> Set.of(),
                                Faults::moveDocuments,
                                scene -> {})
                        .reconnecting(0, 0),
                new Made(
                                "rolling-restart",
                                "every node in turn is stopped in order and started again",
                                THREE_NODES,
                                scene -> ALL,
                                scene -> {
                                    for (Node node : scene.cluster().nodes()) {
                                        node.stop();
                                        scene.cluster().restore();
                                    }
                                },
                                scene -> {})
                        .reconnecting(3, 0),
                new Made(
                                "cut-store-reachable",
                                "the owner's host is cut off from the other two, but not from the database",
                                THREE_HOSTS,
                                scene -> Set.of(scene.owner()),
                                scene -> {
                                    cutOff(scene);
                                    scene.hold(scene.times().cut());
                                },
                                scene -> scene.network().heal())
                        .quietOnceMended()
                        .servedOnAllSides()
                        .unless(Namespaces::obstacle),
                new Made(
                                "cut-store-one-side",
                                "the owner's host is cut off from the other two and from the database",
                                THREE_HOSTS,
                                scene -> Set.of(scene.owner()),
                                scene -> {
                                    cutOff(scene);
                                    scene.network().cutFromStore(scene.owner());
                                    scene.hold(scene.times().cut());
                                },
                                scene -> scene.network().heal())
                        .quietOnceMended()
                        .servedOnAllSides()
                        .unless(Namespaces::obstacle),
                new Made(
                                "one-way-loss",
                                "what the owner sends to the other nodes is lost, what they send arrives",
                                THREE_HOSTS,
                                scene -> Set.of(scene.owner()),
                                scene -> {
                                    scene.network().lose(scene.owner(), scene.gateway());
                                    scene.network().lose(scene.owner(), scene.third());
                                    scene.hold(scene.times().loss());
                                },
                                scene -> scene.network().heal())
                        .quietOnceMended()
                        .unless(Namespaces::obstacle),
                new Made(
                        "delay",
                        "every byte between nodes takes 300 ms longer in each direction",
                        THREE_INSTRUMENTED,
                        scene -> Set.of(),
                        scene -> {
                            scene.proxies().delay(DELAY_MILLIS);
                            scene.hold(scene.times().delay());
                        },
                        scene -> scene.proxies().delay(0)),
                new Made(
                                "clock-set",
                                "the wall clock of the owner is set an hour forward, then two hours back",
                                THREE_INSTRUMENTED,
                                scene -> Set.of(),
                                scene -> {
                                    scene.clock().set(CLOCK_SECONDS);
                                    scene.hold(scene.times().clock());
                                    scene.clock().set(-CLOCK_SECONDS);
                                    scene.hold(scene.times().clock());
                                },
                                scene -> scene.clock().set(0))
                        .unless(() -> FakeClock.isInstalled()
                                ? Optional.empty()
                                : Optional.of("libfaketime is not installed (Debian: package faketime)")),
                new Made(
                        "only-node-killed",
                        "kill -9 of a node on its own, with the embedded store",
                        ONE_NODE,
                        scene -> ALL,
                        scene -> scene.ownerNode().kill(),
                        scene -> scene.cluster().restore()),
                new Made(
                                "disk-full",
                                "the disk of the embedded store has no byte left, for a while",
                                ONE_NODE,
                                scene -> ALL,
                                scene -> {
                                    scene.disk().fill();
                                    scene.hold(scene.times().diskFull());
                                },
                                scene -> scene.disk().empty())
                        .unless(DataDisk::obstacleToFilling),
                new Made(
                        "folder-read-only",
                        "nothing new can be made in the data folder, for a while; then the node is killed and started",
                        ONE_NODE,
                        scene -> ALL,
                        scene -> {
                            scene.disk().closeForWriting();
                            scene.hold(scene.times().diskFull());
                        },
                        scene -> {
                            scene.ownerNode().kill();
                            scene.disk().openForWriting();
                            scene.cluster().restore();
                        }));
    }

    private static void cutOff(Scene scene) {
        scene.network().cut(scene.owner(), scene.gateway());
        scene.network().cut(scene.owner(), scene.third());
    }

    private static void moveDocuments(Scene scene) throws InterruptedException {
        Operator operator = scene.cluster().operator();
        operator.moveTo(scene.gateway(), scene.documents().aware(), false);
        operator.moveTo(scene.gateway(), scene.documents().relay(), true);
    }

    private static Optional<String> noDatabaseOfOurOwn() {
        return PostgresServer.isAvailable()
                ? Optional.empty()
                : Optional.of("there is no PostgreSQL for this platform that we could stop");
    }
}
