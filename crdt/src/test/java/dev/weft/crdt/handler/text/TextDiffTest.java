package dev.weft.crdt.handler.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class TextDiffTest {

    @Test
    void turnsAnyTextIntoAnyOther() {
        for (long seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            String oldText = text(random, random.nextInt(40), 3);
            String newText = random.nextBoolean() ? text(random, random.nextInt(40), 3) : edited(oldText, random);
            assertThat(applied(oldText, newText)).as("seed %d", seed).isEqualTo(newText);
            assertCovers(oldText, newText);
        }
    }

    @Test
    void replacesTheMiddleOfLargeTextsThatHaveLittleInCommon() {
        String oldText = "same start " + text(new Random(1), 200_000, 60) + " same end";
        String newText = "same start " + text(new Random(2), 200_000, 60) + " same end";
        Assertions.assertTimeout(Duration.ofSeconds(20), () -> {
            assertThat(TextDiff.between(oldText, newText))
                    .extracting(TextDiff.Segment::kind)
                    .containsExactly(
                            TextDiff.Kind.EQUAL, TextDiff.Kind.REMOVE, TextDiff.Kind.INSERT, TextDiff.Kind.EQUAL);
            assertThat(applied(oldText, newText)).isEqualTo(newText);
        });
    }

    // Every diagonal agrees for long here, so the distance alone would not bound the time.
    @Test
    void givesUpOnTextsThatAgreeEverywhereAndNowhere() {
        String oldText = "ab".repeat(200_000) + "x" + "ab".repeat(100_000);
        String newText = "y" + "ba".repeat(300_000) + "z";
        Assertions.assertTimeout(Duration.ofSeconds(20), () -> assertThat(applied(oldText, newText))
                .isEqualTo(newText));
    }

    private static String applied(String oldText, String newText) {
        StringBuilder text = new StringBuilder(oldText);
        TextDiff.apply(oldText, newText, text::insert, (index, count) -> text.delete(index, index + count));
        return text.toString();
    }

    private static void assertCovers(String oldText, String newText) {
        int oldAt = 0;
        int newAt = 0;
        List<TextDiff.Segment> segments = TextDiff.between(oldText, newText);
        for (TextDiff.Segment segment : segments) {
            assertThat(segment.oldStart()).isEqualTo(oldAt);
            assertThat(segment.newStart()).isEqualTo(newAt);
            oldAt = segment.oldEnd();
            newAt = segment.newEnd();
        }
        assertThat(oldAt).isEqualTo(oldText.length());
        assertThat(newAt).isEqualTo(newText.length());
    }

    private static String edited(String text, Random random) {
        StringBuilder edited = new StringBuilder(text);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(edited.length() + 1);
            if (random.nextBoolean()) {
                edited.insert(at, text(random, 1 + random.nextInt(3), 3));
            } else {
                edited.delete(at, Math.min(edited.length(), at + random.nextInt(3)));
            }
        }
        return edited.toString();
    }

    private static String text(Random random, int length, int letters) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(letters)));
        }
        return text.toString();
    }
}
