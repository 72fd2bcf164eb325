package dev.weft.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import dev.weft.crdt.document.Document;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles and runs every example of docs/data-types.md, and holds it to the values it promises. */
class DataTypesDocumentTest {
    private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern CALL = Pattern.compile("`(\\w+)\\(");
    private static final Pattern PROMISE = Pattern.compile("(?m)^(.+); // => (.*)$");

    private static final String HEADER = """
            import dev.weft.crdt.document.*;
            import dev.weft.crdt.handler.json.*;
            import dev.weft.crdt.handler.list.*;
            import dev.weft.crdt.handler.map.*;
            import dev.weft.crdt.handler.reference.*;
            import dev.weft.crdt.handler.register.*;
            import dev.weft.crdt.handler.set.*;
            import dev.weft.crdt.handler.text.*;
            import dev.weft.crdt.id.PeerId;
            import java.util.List;

            public final class Examples {
                static void sync(Document one, Document other) {
                    other.importChanges(one.exportChangesNewerThan(other.versionVector()));
                    one.importChanges(other.exportChangesNewerThan(one.versionVector()));
                }

                static void promise(Object shown, String promised) {
                    if (!promised.equals(String.valueOf(shown))) {
                        throw new AssertionError("shows " + shown + ", promised was " + promised);
                    }
                }
            """;

    private static final String BEGIN = """
                public static void example%d() {
                    Document document = new Document(PeerId.parse("0d000000-0000-4000-8000-00000000000d"));
                    Document alice = new Document(PeerId.parse("0a000000-0000-4000-8000-00000000000a"));
                    Document bob = new Document(PeerId.parse("0b000000-0000-4000-8000-00000000000b"));
            """;

    @Test
    void everyExampleDoesWhatItSays(@TempDir Path classes) throws Exception {
        List<String> examples = examples();
        assertThat(examples).hasSizeGreaterThan(10);
        StringBuilder source = new StringBuilder(HEADER);
        for (int i = 0; i < examples.size(); i++) {
            String checked = PROMISE.matcher(examples.get(i))
                    .replaceAll(match ->
                            Matcher.quoteReplacement("promise(" + match.group(1) + ", \"" + match.group(2) + "\");"));
            source.append(BEGIN.formatted(i)).append(checked).append("}\n");
        }
        compile(source.append("}\n").toString(), classes);
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
            Class<?> compiled = loader.loadClass("Examples");
            for (int i = 0; i < examples.size(); i++) {
                compiled.getMethod("example" + i).invoke(null);
            }
        }
    }

    @Test
    void theTableOfTheDocumentNamesItsMethods() throws IOException {
        String table = page().split("## The document in Dart and in Java")[1].split("\n## ")[0];
        Set<String> named = CALL.matcher(table.replaceAll("(?m)^\\|[^|]*\\|", ""))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> methods = Stream.of(Document.class.getMethods())
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(methods).containsAll(named);
        assertThat(named).hasSizeGreaterThan(30);
    }

    private static String page() throws IOException {
        Path page = Path.of("docs/data-types.md");
        return Files.readString(Files.exists(page) ? page : Path.of("..").resolve(page));
    }

    private static List<String> examples() throws IOException {
        String text = page();
        List<String> examples = new ArrayList<>();
        Matcher matcher = EXAMPLE.matcher(text);
        while (matcher.find()) {
            examples.add(matcher.group(1));
        }
        return examples;
    }

    private static void compile(String source, Path classes) throws URISyntaxException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        SimpleJavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Examples.java"), SimpleJavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        String classPath = Stream.of(Document.class, JsonFactory.class)
                .map(DataTypesDocumentTest::location)
                .collect(Collectors.joining(System.getProperty("path.separator")));
        boolean compiled = compiler.getTask(
                        messages,
                        null,
                        null,
                        List.of("-d", classes.toString(), "-cp", classPath, "-proc:none"),
                        null,
                        List.of(file))
                .call();
        assertThat(compiled).as(messages + "\n" + source).isTrue();
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
