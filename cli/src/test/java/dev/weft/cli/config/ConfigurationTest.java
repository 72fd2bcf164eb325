package dev.weft.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.server.ServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class ConfigurationTest {
    @TempDir
    private Path folder;

    @Test
    void theCommandLineWinsOverTheEnvironmentOverTheFileOverTheDefault() {
        Map<String, String> flags = Map.of("clients.port", "1");
        Map<String, String> environment = Map.of("WEFT_CLIENTS_PORT", "2", "WEFT_STORE_DATA", "from-environment");
        Map<String, String> file =
                Map.of("clients.port", "3", "store.data", "from-file", "limits.message-bytes", "2 MiB");
        Configuration configuration = Configuration.of(flags, environment, file, "weft.yaml");
        assertThat(configuration.get(Settings.CLIENTS_PORT)).isEqualTo(1);
        assertThat(configuration.get(Settings.STORE_DATA)).isEqualTo("from-environment");
        assertThat(configuration.get(Settings.LIMIT_MESSAGE_BYTES)).isEqualTo(2 << 20);
        assertThat(configuration.get(Settings.LIMIT_PENDING))
                .isEqualTo(ServerOptions.DEFAULT.gateway().connections().pendingMax());
        assertThat(configuration.lines())
                .anySatisfy(line -> assertThat(line).contains("port:", "1", "# command line"))
                .anySatisfy(line -> assertThat(line).contains("from-environment", "# WEFT_STORE_DATA"))
                .anySatisfy(line -> assertThat(line).contains("message-bytes:", "2 MiB", "# weft.yaml"))
                .anySatisfy(line -> assertThat(line).contains("pending:", "4096", "# default"));
    }

    @Test
    void tellsOfEveryMistakeAtOnce() {
        Map<String, String> file = Map.of(
                "clients.prot", "1",
                "limits.message-bytes", "much",
                "limits.silent-time", "90",
                "auth.kind", "password");
        List<String> mistakes = mistakes(Map.of("clients.port", "99999"), Map.of("WEFT_CLIENTS_CREATE", "maybe"), file);
        assertThat(mistakes)
                .hasSize(6)
                .anySatisfy(each -> assertThat(each).contains("clients.prot", "did you mean clients.port?"))
                .anySatisfy(each -> assertThat(each).contains("clients.port", "'99999'", "command line", "0 to 65535"))
                .anySatisfy(each -> assertThat(each).contains("clients.create", "WEFT_CLIENTS_CREATE", "true or false"))
                .anySatisfy(
                        each -> assertThat(each).contains("limits.message-bytes", "'much'", "weft.yaml", "1 KiB to"))
                .anySatisfy(each -> assertThat(each).contains("limits.silent-time", "needs a unit: d, h, min, s, ms"))
                .anySatisfy(each -> assertThat(each).contains("auth.kind", "none, tokens, jwt"));
    }

    @Test
    void tellsWhatDoesNotFitTogether() {
        assertThat(mistakes(
                        Map.of(
                                "store.kind", "postgres",
                                "clients.host", "0.0.0.0",
                                "cluster.node-name", "lonely",
                                "limits.inflated-bytes", "1 MiB"),
                        Map.of(),
                        Map.of()))
                .hasSize(4)
                .anySatisfy(each -> assertThat(each).contains("store.postgres-url is missing"))
                .anySatisfy(each -> assertThat(each).contains("everybody who reaches this node", "--allow-anonymous"))
                .anySatisfy(each -> assertThat(each).contains("cluster.node-name is set, but cluster.members is not"))
                .anySatisfy(each -> assertThat(each).contains("limits.inflated-bytes"));
        assertThat(mistakes(Map.of("auth.kind", "jwt", "auth.jwt.algorithms", "none,HS256"), Map.of(), Map.of()))
                .anySatisfy(each -> assertThat(each).contains("none of auth.jwt.key-files"))
                .anySatisfy(each -> assertThat(each).contains("'none' is none of"))
                .anySatisfy(each -> assertThat(each).contains("auth.jwt.secret-file"));
        assertThat(mistakes(
                        Map.of("auth.kind", "jwt", "auth.jwt.jwks-url", "http://issuer.example/keys"),
                        Map.of(),
                        Map.of()))
                .singleElement()
                .asString()
                .contains("must be a https URL");
        assertThat(mistakes(Map.of("auth.kind", "tokens", "auth.tokens-file", "nowhere"), Map.of(), Map.of()))
                .singleElement()
                .asString()
                .contains("there is no file 'nowhere'");
    }

    @Test
    void aSecretIsNeverShown() {
        Map<String, String> environment = Map.of(
                "WEFT_STORE_KIND", "postgres", "WEFT_STORE_POSTGRES_URL", "postgresql://weft:hush-hush@db:5432/weft");
        Configuration configuration = Configuration.of(Map.of(), environment, Map.of(), null);
        assertThat(String.join("\n", configuration.lines()))
                .contains("postgresql://weft:***@db:5432/weft")
                .doesNotContain("hush-hush");
        assertThat(mistakes(Map.of(), Map.of("WEFT_STORE_POSTGRES_URL", " "), Map.of()))
                .singleElement()
                .asString()
                .contains("store.postgres-url");
        assertThat(mistakes(
                        Map.of("auth.kind", "jwt", "auth.jwt.jwks-url", "http://me:hush-hush@issuer.example"),
                        Map.of(),
                        Map.of()))
                .noneSatisfy(each -> assertThat(each).contains("hush-hush"));
        Map<String, String> hooks =
                Map.of("webhooks.urls", "https://a:hush-hush@b.example/x?key=hush-hush,https://c.example");
        assertThat(Configuration.collect(hooks, Map.of(), Map.of(), null, new ArrayList<>())
                        .lines())
                .anySatisfy(line -> assertThat(line).contains("https://a:***@b.example/x?***", "https://c.example"))
                .noneSatisfy(line -> assertThat(line).contains("hush-hush"));
        assertThat(Secrets.mask("hush-hush")).isEqualTo("***");
        assertThat(Secrets.mask("postgresql://db/weft?password=hush-hush")).isEqualTo("postgresql://db/weft?***");
    }

    @Test
    void withoutAnythingANodeIsWhatAnEmbeddedOneIs() {
        ServerOptions options = new NodeSettings(Configuration.of(Map.of(), Map.of(), Map.of(), null)).serverOptions();
        ServerOptions standard = ServerOptions.DEFAULT;
        assertThat(options.gateway()).isEqualTo(standard.gateway());
        assertThat(options.hosting()).isEqualTo(standard.hosting());
        assertThat(options.passivateMillis()).isEqualTo(standard.passivateMillis());
        assertThat(options.gateways()).isEqualTo(standard.gateways());
        assertThat(options.cluster()).isEmpty();
        assertThat(options.operation()).isEqualTo(standard.operation());
    }

    @Test
    void whoWouldRatherNotWaitForTheStoreSaysSo() {
        Configuration relaxed = Configuration.of(Map.of("store.durability", "relaxed"), Map.of(), Map.of(), null);
        assertThat(new NodeSettings(relaxed).serverOptions().hosting().tellAheadAfterMillis())
                .isZero();
        assertThat(mistakes(Map.of("store.durability", "loose"), Map.of(), Map.of()))
                .singleElement()
                .asString()
                .contains("store.durability", "relaxed");
    }

    @Test
    void everyDefaultIsAValueThatIsAccepted() {
        for (Setting<?> setting : Settings.all()) {
            String written = setting.formatted(setting.standard());
            if (!written.isEmpty()) {
                assertThat(setting.<Object>parse(written)).as(setting.name()).isEqualTo(setting.standard());
            }
        }
        assertThat(Settings.all().stream().map(Setting::variable)).doesNotHaveDuplicates();
        assertThat(Settings.all().stream().flatMap(setting -> setting.aliases().stream()))
                .doesNotHaveDuplicates();
    }

    @Test
    void thePageSaysWhatTheCodeDoes() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("mvnw"))) {
            root = root.getParent();
        }
        assertThat(Files.readString(root.resolve("docs/configuration.md")))
                .as("made again by: ./weft config --reference > docs/configuration.md")
                .isEqualTo(ReferencePage.text());
    }

    @Test
    void readsSectionsListsAndNothingOfAFile() throws IOException {
        assertThat(file("clients:\n  port: 9000\n  origins: [https://a.example, https://b.example]\nauth:\n  jwt:\n"
                        + "    issuer: me\nstore:\n"))
                .containsEntry("clients.port", "9000")
                .containsEntry("clients.origins", "https://a.example,https://b.example")
                .containsEntry("auth.jwt.issuer", "me")
                .hasSize(3);
        assertThat(file("# nothing\n")).isEmpty();
    }

    /** Every option, one after the other: in the file, in the environment and as a flag, and each wins over the last. */
    @Test
    void everyOptionHasTheSameNameEverywhere() throws IOException {
        for (Setting<?> setting : Settings.all()) {
            List<String> values = valuesOf(setting);
            Path file = Files.writeString(folder.resolve("weft.yaml"), yaml(setting, values.get(0)));
            List<String> mistakes = new ArrayList<>();
            Map<String, String> inFile = ConfigurationFile.read(file, mistakes);
            Map<String, String> environment = Map.of(setting.variable(), values.get(1));
            Map<String, String> flags = ConfigurationFlags.flags(run(setting.flag(), values.get(2)));
            List<Configuration> found = List.of(
                    Configuration.collect(Map.of(), Map.of(), inFile, "weft.yaml", mistakes),
                    Configuration.collect(Map.of(), environment, inFile, "weft.yaml", mistakes),
                    Configuration.collect(flags, environment, inFile, "weft.yaml", mistakes));
            assertThat(mistakes).as(setting.name()).isEmpty();
            for (int i = 0; i < found.size(); i++) {
                assertThat((Object) found.get(i).get(setting))
                        .as(setting.name() + ", place " + i)
                        .isEqualTo(setting.parse(values.get(i)))
                        .isNotEqualTo(setting.standard());
            }
            for (String alias : setting.aliases()) {
                assertThat(ConfigurationFlags.flags(run(alias, values.get(2)))).isEqualTo(flags);
            }
        }
    }

    /** Three of those it takes; none is what it would be anyway, and two that follow each other differ if they can. */
    private static List<String> valuesOf(Setting<?> setting) {
        // Of a choice the description names all there are.
        List<String> taken = Stream.concat(
                        Stream.of("3", "7000", "false", "true", "2 s", "3 min", "2 KiB", "3 MiB"),
                        Stream.of(setting.kind().describe().split("[ ,]+")))
                .filter(each -> accepts(setting, each))
                .toList();
        assertThat(taken).as(setting.name()).isNotEmpty();
        return List.of(taken.get(0), taken.get(taken.size() - 1), taken.get(0));
    }

    private static boolean accepts(Setting<?> setting, String text) {
        try {
            return !setting.parse(text).equals(setting.standard());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String yaml(Setting<?> setting, String value) {
        StringBuilder yaml = new StringBuilder();
        String indent = "";
        for (String part : setting.name().split("\\.")) {
            yaml.append(yaml.isEmpty() ? "" : "\n").append(indent).append(part).append(':');
            indent += "  ";
        }
        return yaml.append(' ').append(value).append('\n').toString();
    }

    private static CommandLine.ParseResult run(String... arguments) {
        CommandSpec command = CommandSpec.create();
        ConfigurationFlags.addTo(command);
        return new CommandLine(command).setUnmatchedArgumentsAllowed(true).parseArgs(arguments);
    }

    @Test
    void mistakesOfAllPlacesAreToldAtOnce() throws IOException {
        Path tokens = Files.writeString(folder.resolve("tokens.yaml"), "- subject: ann\n");
        Path file = Files.writeString(folder.resolve("weft.yaml"), """
                clients:
                  prot: 1
                  origins: ["a,b"]
                auth:
                  kind: tokens
                  tokens-file: %s
                tls:
                  certificate-file: %s
                  key-file: %s
                """.formatted(tokens, tokens, tokens));
        var parsed = run("--config", file.toString(), "--limits.conections", "3", "--port", "many", "here");
        assertThat(catchThrowableOfType(
                                InvalidConfigurationException.class,
                                () -> ConfigurationFlags.read(parsed, Map.of("WEFT_LIMITS_PENDING", "few")))
                        .mistakes())
                .hasSize(9)
                .anySatisfy(each -> assertThat(each)
                        .contains("--limits.conections", "no such flag", "did you mean --limits.connections?"))
                .anySatisfy(each -> assertThat(each).contains("'here' means nothing"))
                .anySatisfy(each -> assertThat(each).contains("clients.prot", "did you mean clients.port?"))
                .anySatisfy(each -> assertThat(each).contains("clients.origins", "commas"))
                .anySatisfy(each -> assertThat(each).contains("clients.port", "'many'", "command line"))
                .anySatisfy(each -> assertThat(each).contains("limits.pending", "'few'", "WEFT_LIMITS_PENDING"))
                .anySatisfy(each -> assertThat(each).contains("auth.tokens-file", "entry 1", "token and subject"))
                .anySatisfy(each -> assertThat(each).contains("tls.certificate-file", "no certificate"))
                .anySatisfy(each -> assertThat(each).contains("tls.key-file", "no private key"));
    }

    /** So that somebody can keep it, and change a line. */
    @Test
    void whatIsShownIsAFileThatSaysTheSame() throws IOException {
        Map<String, String> flags = Map.of(
                "clients.origins", "*",
                "webhooks.urls", "https://a.example/x#y, https://b.example:8443",
                "auth.jwt.issuer", "me: \"myself\" # and I",
                "store.data", "C:\\data",
                "limits.clock-drift", "3 d",
                "limits.resident-bytes", "0");
        Configuration shown = Configuration.collect(flags, Map.of(), Map.of(), null, new ArrayList<>());
        List<String> mistakes = new ArrayList<>();
        Path file = Files.writeString(folder.resolve("weft.yaml"), String.join("\n", shown.lines()));
        Configuration again = Configuration.collect(
                Map.of(), Map.of(), ConfigurationFile.read(file, mistakes), "weft.yaml", mistakes);
        assertThat(mistakes).isEmpty();
        for (Setting<?> setting : Settings.all()) {
            assertThat((Object) again.get(setting)).as(setting.name()).isEqualTo(shown.get(setting));
        }
    }

    @Test
    void aFileThatIsNotOneIsOneMistake() throws IOException {
        for (String wrong : List.of("a: [", "a: 1\na: 2\n", "just words")) {
            Path file = Files.writeString(folder.resolve("wrong.yaml"), wrong);
            assertThat(mistakesIn(file)).as(wrong).hasSize(1);
        }
        assertThat(mistakesIn(folder.resolve("nowhere.yaml")))
                .singleElement()
                .asString()
                .contains("nowhere.yaml", "cannot be read");
    }

    @Test
    void tellsOfVariablesThatSomebodyMistyped() {
        assertThat(Configuration.unknownVariables(Map.of(
                        "WEFT_CLIENTS_PROT", "1", "WEFT_JAVA_OPTS", "-Xmx1g", "PATH", "x", "WEFT_CLIENTS_PORT", "2")))
                .singleElement()
                .asString()
                .contains("WEFT_CLIENTS_PROT", "did you mean WEFT_CLIENTS_PORT?");
    }

    @Test
    void readsTokensAndTellsOfEveryMistakeWithoutTheSecret() throws IOException {
        Path file = Files.writeString(folder.resolve("tokens.yaml"), """
                - token: a-secret-of-some-length
                  subject: ann
                  write: ["notes-*"]
                  peers: [11111111-1111-4111-8111-111111111111]
                """);
        assertThat(TokensFile.read(file)).isNotNull();
        Path wrong = Files.writeString(folder.resolve("wrong.yaml"), """
                - token: a-secret-of-some-length
                  subject: ann
                  writes: ["*"]
                  read: all
                  peers: [bob]
                - token: a-secret-of-some-length
                  subject: bob
                - subject: nobody
                """);
        List<String> mistakes = catchThrowableOfType(InvalidConfigurationException.class, () -> TokensFile.read(wrong))
                .mistakes();
        assertThat(mistakes)
                .hasSize(5)
                .anySatisfy(each -> assertThat(each).contains("entry 1", "writes", "did you mean write?"))
                .anySatisfy(each -> assertThat(each).contains("entry 1", "read must be a list"))
                .anySatisfy(each -> assertThat(each).contains("entry 1", "'bob' is no peer id"))
                .anySatisfy(each -> assertThat(each).contains("entry 2", "twice"))
                .anySatisfy(each -> assertThat(each).contains("entry 3", "token and subject"))
                .noneSatisfy(each -> assertThat(each).contains("a-secret"));
    }

    private Map<String, String> file(String text) throws IOException {
        List<String> mistakes = new ArrayList<>();
        Map<String, String> values =
                ConfigurationFile.read(Files.writeString(folder.resolve("weft.yaml"), text), mistakes);
        assertThat(mistakes).isEmpty();
        return values;
    }

    private static List<String> mistakesIn(Path file) {
        List<String> mistakes = new ArrayList<>();
        ConfigurationFile.read(file, mistakes);
        return mistakes;
    }

    private static List<String> mistakes(
            Map<String, String> flags, Map<String, String> environment, Map<String, String> file) {
        return catchThrowableOfType(
                        InvalidConfigurationException.class,
                        () -> Configuration.of(flags, environment, file, "weft.yaml"))
                .mistakes();
    }
}
