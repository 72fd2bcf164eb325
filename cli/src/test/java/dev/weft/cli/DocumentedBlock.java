package dev.weft.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One block of code on a page: fenced, or lines of commands behind four spaces.
 *
 * @param page such as {@code docs/client.md}
 * @param language what stands behind the fence; {@code sh} for commands, empty for a picture
 */
record DocumentedBlock(String page, String language, String text) {
    static final Path ROOT = root();
    private static final Pattern FENCED = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
    private static final Pattern INDENTED = Pattern.compile("(?m)(?:^ {4}\\S.*\\n?)+");
    private static final List<String> PAGES = List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md");

    /** Those of all pages for people. */
    static List<DocumentedBlock> all() {
        List<DocumentedBlock> all = new ArrayList<>();
        PAGES.forEach(page -> all.addAll(of(page)));
        try (Stream<Path> pages = Files.walk(ROOT.resolve("docs"))) {
            pages.filter(page -> page.toString().endsWith(".md"))
                    .sorted()
                    .forEach(page -> all.addAll(of(ROOT.relativize(page).toString())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    static List<DocumentedBlock> of(String page) {
        List<DocumentedBlock> blocks = new ArrayList<>();
        String text = read(ROOT.resolve(page));
        Matcher fenced = FENCED.matcher(text);
        while (fenced.find()) {
            String language = fenced.group(1);
            boolean isCommands = language.isEmpty() && fenced.group(2).startsWith("./");
            blocks.add(new DocumentedBlock(page, isCommands ? "sh" : language, fenced.group(2)));
        }
        Matcher indented = INDENTED.matcher(FENCED.matcher(text).replaceAll(""));
        while (indented.find()) {
            blocks.add(new DocumentedBlock(page, "sh", indented.group().stripIndent()));
        }
        return blocks;
    }

    /** The only one of a language on a page that contains a text. */
    static String only(String page, String language, String part) {
        List<String> found = of(page).stream()
                .filter(block -> block.language.equals(language) && block.text.contains(part))
                .map(DocumentedBlock::text)
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " blocks of " + language + " with '" + part + "' on " + page);
        }
        return found.get(0);
    }

    /** Its commands, one each, with lines that go on in the next put together. */
    List<String> commands() {
        return Arrays.stream(text.replaceAll("\\\\\\n\\s*", "").split("\\n"))
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
