package dev.weft.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class DocumentPatternTest {
    @Test
    void everythingButAStarStandsForItself() {
        assertThat(matches("notes", "notes")).isTrue();
        assertThat(matches("notes", "note")).isFalse();
        assertThat(matches("notes", "notess")).isFalse();
        assertThat(matches("n.tes", "notes")).isFalse();
        assertThat(matches("[a-z]", "b")).isFalse();
    }

    @Test
    void aStarStandsForAnyCharacters() {
        assertThat(matches("*", "")).isTrue();
        assertThat(matches("*", "any/thing")).isTrue();
        assertThat(matches("notes-*", "notes-")).isTrue();
        assertThat(matches("notes-*", "notes-1/2")).isTrue();
        assertThat(matches("notes-*", "my-notes-1")).isFalse();
        assertThat(matches("*-draft", "a-draft")).isTrue();
        assertThat(matches("a*b*c", "a-b-b-c")).isTrue();
        assertThat(matches("a*b*c", "a-c")).isFalse();
        assertThat(matches("ab*ba", "aba")).isFalse();
        assertThat(matches("a*bc*c", "abc")).isFalse();
    }

    @Test
    void theSubjectIsPutInLiterally() {
        DocumentPattern own = DocumentPattern.of("user/{subject}/*");
        assertThat(own.matches("user/ann/diary", "ann")).isTrue();
        assertThat(own.matches("user/bob/diary", "ann")).isFalse();
        assertThat(own.matches("user/bob/diary", "*")).isFalse();
        assertThat(own.matches("user/*/diary", "*")).isTrue();
    }

    @Test
    void agreesWithARegularExpressionOnShortWords() {
        Random random = new Random(Long.getLong("seed", 20261123L));
        for (int i = 0; i < 20_000; i++) {
            String pattern = word(random, "ab*", 1 + random.nextInt(6));
            String id = word(random, "ab", random.nextInt(8));
            boolean expected = id.matches(pattern.replace("*", ".*"));
            assertThat(matches(pattern, id)).as("%s on %s", pattern, id).isEqualTo(expected);
        }
    }

    @Test
    void aHostilePatternTakesNoTime() {
        DocumentPattern pattern = DocumentPattern.of("*a".repeat(500) + "*b");
        Assertions.assertTimeout(Duration.ofSeconds(5), () -> pattern.matches("a".repeat(100_000), "ann"));
    }

    @Test
    void emptyAndEndlessPatternsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> DocumentPattern.of(""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DocumentPattern.of("x".repeat(DocumentPattern.LENGTH_MAX + 1)));
    }

    private static boolean matches(String pattern, String id) {
        return DocumentPattern.of(pattern).matches(id, "ann");
    }

    private static String word(Random random, String alphabet, int length) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return word.toString();
    }
}
