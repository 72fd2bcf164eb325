package dev.weft.server.auth;

import java.util.List;

/**
 * Which document ids are meant: {@code *} stands for any characters, none included, and {@code {subject}} for the
 * subject of the identity that asks, literally. Everything else stands for itself. Matching takes time linear in the id.
 */
public final class DocumentPattern {
    /** Longer ones are a mistake or an attack. */
    public static final int LENGTH_MAX = 1_024;

    public static final DocumentPattern ALL = new DocumentPattern("*");

    private static final String SUBJECT = "{subject}";

    private final String pattern;
    private final List<String> literals;

    private DocumentPattern(String pattern) {
        this.pattern = pattern;
        // The limit keeps a trailing empty literal, which says that the id may go on.
        this.literals = List.of(pattern.split("\\*", -1));
    }

    /** @throws IllegalArgumentException if it is empty or longer than {@link #LENGTH_MAX} */
    public static DocumentPattern of(String pattern) {
        if (pattern.isEmpty() || pattern.length() > LENGTH_MAX) {
            throw new IllegalArgumentException("a document pattern has 1 to " + LENGTH_MAX + " characters");
        }
        return new DocumentPattern(pattern);
    }

    public boolean matches(String documentId, String subject) {
        if (literals.size() == 1) {
            return documentId.equals(literal(0, subject));
        }
        int last = literals.size() - 1;
        String first = literal(0, subject);
        String end = literal(last, subject);
        if (!documentId.startsWith(first)
                || !documentId.endsWith(end)
                || documentId.length() < first.length() + end.length()) {
            return false;
        }
        int from = first.length();
        int to = documentId.length() - end.length();
        // Each literal at its first place: where a later place would do, an earlier one does too.
        for (int i = 1; i < last; i++) {
            String literal = literal(i, subject);
            int found = documentId.indexOf(literal, from);
            if (found < 0 || found + literal.length() > to) {
                return false;
            }
            from = found + literal.length();
        }
        return true;
    }

    private String literal(int index, String subject) {
        return literals.get(index).replace(SUBJECT, subject);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DocumentPattern that && pattern.equals(that.pattern);
    }

    @Override
    public int hashCode() {
        return pattern.hashCode();
    }

    @Override
    public String toString() {
        return pattern;
    }
}
