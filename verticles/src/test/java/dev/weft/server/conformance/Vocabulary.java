package dev.weft.server.conformance;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.kit.Author;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The words of a script. {@code $A} is the peer id of author A, {@code $a2} the second change of that author in base64
 * (each depends on the one before), {@code $c1a2} and {@code $c2a2} changes of somebody else on top of {@code $a2},
 * {@code $vv(a2,b1)} a version vector, {@code $none} the empty one, {@code $sA} the session id connection A was told,
 * {@code $lA} the log it was told, {@code $many(5)} five
 * blobs, {@code $big(9)} nine letters, {@code $doc}, {@code $doc2} documents of this scenario.
 */
final class Vocabulary {
    private static final Pattern WORD = Pattern.compile("\\$(\\w+)(?:\\(([^)]*)\\))?");
    private static final String AUTHORS = "ABCD";
    private static final String LETTERS = "hello world";

    private final String documentId;
    private final Map<String, String> words = new HashMap<>();
    private final Map<String, Change> changes = new HashMap<>();

    Vocabulary(String documentId) {
        this.documentId = documentId;
        words.put("doc", documentId);
        words.put("doc2", documentId + "-two");
        words.put("none", base64(VersionVector.EMPTY.encode()));
        Map<Character, List<Change>> histories = new HashMap<>();
        for (int i = 0; i < AUTHORS.length(); i++) {
            Author author = new Author(i + 1);
            words.put(AUTHORS.substring(i, i + 1), author.peer().toString());
            char name = Character.toLowerCase(AUTHORS.charAt(i));
            List<Change> made = author.types(LETTERS);
            histories.put(name, made);
            for (int n = 1; n <= made.size(); n++) {
                add(String.valueOf(name) + n, made.get(n - 1));
            }
        }
        for (int i = 0; i < AUTHORS.length(); i++) {
            for (int n = 1; n <= 3; n++) {
                Author reader = new Author(10 * (i + 1) + n);
                reader.reads(histories.get('a').subList(0, n));
                List<Change> made = reader.types("xy");
                char name = Character.toLowerCase(AUTHORS.charAt(i));
                add(name + "1a" + n, made.get(0));
                add(name + "2a" + n, made.get(1));
            }
        }
    }

    private void add(String name, Change change) {
        changes.put(name, change);
        words.put(name, base64(change.toByteArray()));
    }

    void set(String word, String value) {
        words.put(word, value);
    }

    String documentId() {
        return documentId;
    }

    String expand(String text) {
        Matcher matcher = WORD.matcher(text);
        StringBuilder expanded = new StringBuilder();
        while (matcher.find()) {
            matcher.appendReplacement(expanded, Matcher.quoteReplacement(word(matcher.group(1), matcher.group(2))));
        }
        return matcher.appendTail(expanded).toString();
    }

    private String word(String name, String arguments) {
        if (arguments == null) {
            String value = words.get(name);
            if (value == null) {
                throw new AssertionError("The script says $" + name + ", which means nothing");
            }
            return value;
        }
        return switch (name) {
            case "vv" -> vector(arguments);
            case "many" ->
                IntStream.rangeClosed(1, Integer.parseInt(arguments))
                        .mapToObj(i -> "\"blob-" + i + "\"")
                        .collect(Collectors.joining(",", "[", "]"));
            case "big" -> "x".repeat(Integer.parseInt(arguments));
            default -> throw new AssertionError("The script says $" + name + "(…), which means nothing");
        };
    }

    private String vector(String names) {
        VersionVector.Builder vector = VersionVector.builder();
        for (String name : names.split(",")) {
            vector.update(changes.get(name).id());
        }
        return base64(vector.build().encode());
    }

    /** Names for base64 in messages of failures. */
    String explain(String text) {
        List<Map.Entry<String, Change>> all = new ArrayList<>(changes.entrySet());
        String explained = text;
        for (Map.Entry<String, Change> each : all) {
            explained = explained.replace(words.get(each.getKey()), "$" + each.getKey());
        }
        return explained;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
