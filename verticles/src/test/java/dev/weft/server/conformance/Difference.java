package dev.weft.server.conformance;

import dev.weft.server.kit.Vectors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a gateway of ours intends to answer otherwise than the recorded server. The reasons are in docs/protocol.md,
 * section 9, one row for each name here; a row without a name, or a name without a row, fails the tests.
 */
enum Difference {
    HISTORY_NOT_SNAPSHOT,
    PRESENCE_AFTER_ANSWER,
    MALFORMED_IS_ANSWERED,
    RE_OPEN_IS_HEALED,
    ATTEMPT_IS_ENDED,
    CHANGES_ARE_SORTED,
    BOTH_MODES,
    NO_REPEATS_IN_WELCOME,
    UPLOAD_IS_CHECKED,
    FENCE_BEHIND_WELCOME,
    DEFLATE_IS_DECLINED;

    private static final Pattern ROW = Pattern.compile("\\| gateway \\| `([a-z-]+)` \\|.*");

    private static final Set<Difference> SEEN = EnumSet.noneOf(Difference.class);

    /** It occurred. */
    void seen() {
        SEEN.add(this);
    }

    static Set<String> seenNames() {
        return names(SEEN);
    }

    static Set<String> documentedNames() {
        Set<String> names = new TreeSet<>();
        try {
            for (String line : Files.readAllLines(Vectors.inRepository("docs/protocol.md"))) {
                Matcher row = ROW.matcher(line);
                if (row.matches()) {
                    names.add(row.group(1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    static Set<String> allNames() {
        return names(EnumSet.allOf(Difference.class));
    }

    private static Set<String> names(Set<Difference> differences) {
        Set<String> names = new TreeSet<>();
        differences.forEach(
                each -> names.add(each.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-')));
        return names;
    }
}
