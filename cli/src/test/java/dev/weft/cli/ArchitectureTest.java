package dev.weft.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;

/** Who may know whom, each rule with its reason. A rule that has to go takes its reason with it, into docs/decisions. */
@AnalyzeClasses(packages = "dev.weft", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] PLATFORM = {"io.vertx..", "io.netty..", "com.hazelcast.."};

    @ArchTest
    static final ArchRule documentsNeedOnlyTheJdk = classes()
            .that()
            .resideInAPackage("dev.weft.crdt..")
            .and()
            .resideOutsideOfPackage("dev.weft.crdt.handler.json..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "dev.weft.crdt..")
            .because("the data types are useful wherever there is a JVM, and their tests need nothing but themselves");

    @ArchTest
    static final ArchRule jsonValuesAreTheOneExceptionAmongDocuments = classes()
            .that()
            .resideInAPackage("dev.weft.crdt.handler.json..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "dev.weft.crdt..", "com.fasterxml.jackson.core..")
            .because("the default value codec is JSON, and whoever uses another one must not need Jackson");

    @ArchTest
    static final ArchRule messagesAreNotTransport = classes()
            .that()
            .resideInAPackage("dev.weft.protocol..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "dev.weft.crdt..", "dev.weft.protocol..", "com.fasterxml.jackson.core..")
            .because("the wire is read and written alike over any transport, on a server and on a client");

    @ArchTest
    static final ArchRule decisionsArePlainJava = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.weft.server.document.host..",
                    "dev.weft.server.relay.host..",
                    "dev.weft.server.link..",
                    "dev.weft.client.sync..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(PLATFORM)
            .because("state machines are tested without sockets and replayed from a seed; verticles perform");

    @ArchTest
    static final ArchRule gatewaysReachDocumentsOnlyOverTheBus = noClasses()
            .that()
            .resideInAPackage("dev.weft.server.gateway..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.weft.server.document..", "dev.weft.server.relay..")
            .because("the owner of a document may be another node");

    @ArchTest
    static final ArchRule documentsReachGatewaysOnlyOverTheBus = noClasses()
            .that()
            .resideInAnyPackage("dev.weft.server.document..", "dev.weft.server.relay..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.weft.server.gateway..", "dev.weft.server.link..")
            .because("a follower of a document may be on another node");

    @ArchTest
    static final ArchRule hazelcastHasTwoDoors = noClasses()
            .that()
            .resideOutsideOfPackages("dev.weft.cluster..", "dev.weft.server.registry.hazelcast..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.hazelcast..")
            .because("it gives membership and a directory, and each of the two can be replaced in one place");

    @ArchTest
    static final ArchRule joiningAClusterKnowsNothingOfDocuments = noClasses()
            .that()
            .resideInAPackage("dev.weft.cluster..")
            .should()
            .dependOnClassesThat(resideInAPackage("dev.weft..").and(not(resideInAPackage("dev.weft.cluster.."))))
            .because("how nodes find each other is the same whatever they do together");

    @ArchTest
    static final ArchRule storesAreUsedNotUsing = noClasses()
            .that()
            .resideInAPackage("dev.weft.server.storage..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.weft.server.gateway..",
                    "dev.weft.server.document..",
                    "dev.weft.server.link..",
                    "dev.weft.server.bus..")
            .because("a store is a contract over blobs; implementations plug in from the edge");

    @ArchTest
    static final ArchRule clientsDoNotKnowServers = noClasses()
            .that()
            .resideInAPackage("dev.weft.client..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.weft.server..", "dev.weft.cluster..", "com.hazelcast..")
            .because("what they share is the protocol");

    @ArchTest
    static final ArchRule nobodyImportsTheLauncher = noClasses()
            .that()
            .resideOutsideOfPackages("dev.weft.server", "dev.weft.cli..", "dev.weft.bench..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.weft.server", "dev.weft.cli..")
            .because("it wires everything, so whoever imports it imports everything");

    @ArchTest
    static final ArchRule packagesFormNoCycles = slices().matching("dev.weft.(**)")
            .should()
            .beFreeOfCycles()
            .because("packages that need each other are one package with two names");

    /*
     * Where the time and chance of the process may be asked for; everybody else is given them. Besides the doors proper
     * these are the defaults of options, the launcher, the verticles and the router, which read the clock as the input of a decision,
     * and the stores that talk to a disk or a database, whose waiting nobody can simulate.
     */
    private static final Set<String> DOORS = Set.of(
            "dev.weft.crdt.clock.WallClock",
            "dev.weft.crdt.id.IdSource",
            "dev.weft.client.connection.SteadyClock",
            "dev.weft.client.ClientOptions",
            "dev.weft.cluster.ClusterOptions",
            "dev.weft.server.NodeStart",
            "dev.weft.server.Server",
            "dev.weft.server.gateway.GatewayVerticle",
            "dev.weft.server.gateway.DocumentRouter",
            "dev.weft.server.document.DocumentVerticle");

    private static final String[] OUTSIDE = {
        "dev.weft.cli..",
        "dev.weft.bench..",
        "dev.weft.testkit..",
        "dev.weft.server.storage.embedded..",
        "dev.weft.server.storage.postgres.."
    };

    private static final Map<String, Set<String>> TIME_AND_CHANCE = Map.of(
            "java.lang.System", Set.of("currentTimeMillis", "nanoTime"),
            "java.lang.Math", Set.of("random"),
            "java.time.Instant", Set.of("now"),
            "java.time.Clock", Set.of("systemUTC", "systemDefaultZone"),
            "java.util.UUID", Set.of("randomUUID"),
            "java.util.Random", Set.of("<init>"),
            "java.util.SplittableRandom", Set.of("<init>"),
            "java.util.concurrent.ThreadLocalRandom", Set.of("current"),
            "java.util.random.RandomGenerator", Set.of("getDefault", "of"),
            "java.security.SecureRandom", Set.of("<init>", "getInstanceStrong"));

    @ArchTest
    static final ArchRule timeAndChanceComeThroughTheConstructor = classes()
            .that(resideInAnyPackage("dev.weft..")
                    .and(not(resideInAnyPackage(OUTSIDE)))
                    .and(not(DescribedPredicate.describe("are doors", ArchitectureTest::isDoor))))
            .should(notAskForTimeOrChance())
            .because("what is given can be replaced, by a test or by a seeded simulation");

    private static boolean isDoor(JavaClass type) {
        String name = type.getName();
        int nested = name.indexOf('$');
        return DOORS.contains(nested < 0 ? name : name.substring(0, nested));
    }

    /** Over accesses, not calls: a method reference such as {@code System::nanoTime} is no call. */
    private static ArchCondition<JavaClass> notAskForTimeOrChance() {
        return new ArchCondition<>("not ask for time or chance themselves") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                    Set<String> names =
                            TIME_AND_CHANCE.getOrDefault(access.getTargetOwner().getName(), Set.of());
                    if (names.contains(access.getTarget().getName())) {
                        events.add(SimpleConditionEvent.violated(access, access.getDescription()));
                    }
                }
            }
        };
    }
}
