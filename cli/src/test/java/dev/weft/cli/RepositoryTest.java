package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents say about the repository is true, and every package says what it is for. */
class RepositoryTest {
    private static final Path ROOT = root();
    private static final Set<String> MODULES = Set.of(
            "crdt",
            "protocol",
            "client",
            "cluster-config",
            "testkit",
            "verticles",
            "examples",
            "cli",
            "chaos",
            "bench");

    private static final Set<String> FOLDERS = Set.of("docs", "deploy");

    private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?^```");
    private static final Pattern CODE = Pattern.compile("`[^`\\n]+`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern FILE_NAME = Pattern.compile("`((?:[A-Za-z0-9_.-]+/)+[A-Za-z0-9_.-]+/?)`");
    private static final Pattern TEST_NAME = Pattern.compile("`([A-Z]\\w*(?:Test|IT))(?:\\.(\\w+))?`");
    private static final Pattern COMMAND = Pattern.compile("(?m)(?:^ {4}|`|^)(\\./(?:weft|mvnw)\\b[^`\\n]*)");

    /** The folder with the launcher script, from wherever the build starts the tests. */
    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    @Test
    void linksOfDocumentsResolve() {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            String text = read(document);
            Matcher links = LINK.matcher(withoutCode(text));
            while (links.find()) {
                String link = links.group(1);
                if (!link.matches("(https?|mailto):.*") && !resolves(document, link)) {
                    broken.add(ROOT.relativize(document) + " -> " + link);
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    private static boolean resolves(Path document, String link) {
        int hash = link.indexOf('#');
        String file = hash < 0 ? link : link.substring(0, hash);
        Path target = file.isEmpty() ? document : document.resolveSibling(file);
        if (!Files.exists(target)) {
            return false;
        }
        return hash < 0 || !target.toString().endsWith(".md") || anchors(target).contains(link.substring(hash + 1));
    }

    /** The anchors that GitHub gives to headings. */
    private static Set<String> anchors(Path document) {
        return FENCE.matcher(read(document))
                .replaceAll("")
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ *", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    /** A path in code font that begins with a folder of ours is meant to be there. */
    @Test
    void filesNamedInDocumentsExist() {
        List<String> missing = new ArrayList<>();
        for (Path document : documents()) {
            Matcher names = FILE_NAME.matcher(FENCE.matcher(read(document)).replaceAll(""));
            while (names.find()) {
                String name = names.group(1);
                String first = name.substring(0, name.indexOf('/'));
                boolean isOurs = MODULES.contains(first) || FOLDERS.contains(first);
                if (isOurs && !name.contains("/target/") && !Files.exists(ROOT.resolve(name))) {
                    missing.add(ROOT.relativize(document) + " -> " + name);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    /** {@code SomeTest} and {@code SomeTest.method}: documents say which test shows something. */
    @Test
    void testsNamedInDocumentsExist() {
        Map<String, String> tests = sources().stream()
                .filter(source -> source.toString().contains("/src/test/java/"))
                .collect(Collectors.toMap(RepositoryTest::className, RepositoryTest::read, String::concat));
        List<String> missing = new ArrayList<>();
        for (Path document : documents()) {
            Matcher names = TEST_NAME.matcher(FENCE.matcher(read(document)).replaceAll(""));
            while (names.find()) {
                String test = tests.get(names.group(1));
                boolean exists = test != null && (names.group(2) == null || test.contains(" " + names.group(2) + "("));
                if (!exists) {
                    missing.add(ROOT.relativize(document) + " -> " + names.group());
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    private static String className(Path source) {
        return source.getFileName().toString().replace(".java", "");
    }

    /** Commands are parsed, not run: sub-commands and options exist, module names are right. */
    @Test
    void commandsNamedInDocumentsExist() {
        List<String> wrong = new ArrayList<>();
        for (Path document : documents()) {
            Matcher commands = COMMAND.matcher(read(document));
            while (commands.find()) {
                String command = commands.group(1).strip();
                if (!(command.startsWith("./weft") ? isWeftCommand(command) : isMavenCommand(command))) {
                    wrong.add(ROOT.relativize(document) + " -> " + command);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static boolean isWeftCommand(String command) {
        String[] words = command.replaceFirst(" +#.*", "").split(" +");
        if (words.length == 1) {
            return true;
        }
        if (Weft.commandLine().getSubcommands().containsKey(words[1])) {
            var known = Weft.commandLine()
                    .getSubcommands()
                    .get(words[1])
                    .getCommandSpec()
                    .optionsMap();
            return Stream.of(words)
                    .skip(2)
                    .filter(word -> word.startsWith("--"))
                    .allMatch(word -> known.containsKey(word.split("=")[0]));
        }
        return words[1].equals("help") || read(ROOT.resolve("weft")).contains("\n" + words[1] + ")");
    }

    private static boolean isMavenCommand(String command) {
        Matcher modules = Pattern.compile("-pl (\\S+)").matcher(command);
        return !modules.find() || MODULES.containsAll(List.of(modules.group(1).split(",")));
    }

    @Test
    void everyPackageSaysWhatItIsFor() {
        Set<Path> silent = new TreeSet<>();
        for (Path source : sources()) {
            boolean isMain = source.toString().contains("/src/main/java/");
            if (isMain && !Files.exists(source.resolveSibling("package-info.java"))) {
                silent.add(ROOT.relativize(source.getParent()));
            }
        }
        assertThat(silent).isEmpty();
    }

    @Test
    void nothingOnMainIsKnownToBeBroken() {
        String mark = "FIX" + "ME";
        assertThat(sources().stream()
                        .filter(source -> read(source).contains(mark))
                        .map(ROOT::relativize))
                .isEmpty();
    }

    @Test
    void nobodyDependsOnTheBenchmarks() {
        for (String module : MODULES) {
            if (!module.equals("bench")) {
                assertThat(read(ROOT.resolve(module).resolve("pom.xml"))).doesNotContain("weft-bench");
            }
        }
    }

    @Test
    void theLauncherAndTheCiScriptCanBeRun() {
        assertThat(ROOT.resolve("weft")).isExecutable();
        assertThat(ROOT.resolve("mvnw")).isExecutable();
        assertThat(ROOT.resolve(".ci/run")).isExecutable();
    }

    @Test
    void ciRunsTheTestCommandOfTheReadme() {
        assertThat(read(ROOT.resolve("README.md"))).contains("\n    ./mvnw verify\n");
        assertThat(read(ROOT.resolve(".ci/run"))).contains("\n./mvnw verify ");
    }

    private static String withoutCode(String text) {
        return CODE.matcher(FENCE.matcher(text).replaceAll("")).replaceAll("");
    }

    private static List<Path> documents() {
        return files(".md")
                .filter(file -> !file.toString().contains("/vectors/"))
                .toList();
    }

    private static List<Path> sources() {
        return files(".java").toList();
    }

    private static Stream<Path> files(String ending) {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> top = Files.list(ROOT)) {
            for (Path entry : top.toList()) {
                String name = entry.getFileName().toString();
                if (MODULES.contains(name) || name.equals("docs")) {
                    try (Stream<Path> all = Files.walk(entry)) {
                        all.filter(file -> file.toString().endsWith(ending)
                                        && !file.toString().contains("/target/"))
                                .forEach(found::add);
                    }
                } else if (name.endsWith(ending)) {
                    found.add(entry);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found.stream();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
