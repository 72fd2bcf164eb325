package dev.weft.crdt.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RopePropertyTest {

    @Test
    void textAgreesWithAStringBuilder() {
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            TextRope rope = new TextRope();
            StringBuilder expected = new StringBuilder();
            for (int i = 0; i < 300; i++) {
                int at = random.nextInt(expected.length() + 1);
                int kind = random.nextInt(5);
                if (kind < 3) {
                    String text = text(random, random.nextInt(8) == 0 ? 2500 : 1 + random.nextInt(30));
                    rope.insert(at, text);
                    expected.insert(at, text);
                } else if (kind == 3) {
                    int count = Math.min(expected.length() - at, random.nextInt(random.nextInt(6) == 0 ? 4000 : 40));
                    assertThat(rope.slice(at, count)).isEqualTo(expected.substring(at, at + count));
                    rope.delete(at, count);
                    expected.delete(at, at + count);
                } else {
                    String text = text(random, random.nextInt(1500));
                    int count = Math.min(text.length(), expected.length() - at);
                    rope.overwrite(at, text);
                    expected.replace(at, at + count, text.substring(0, count));
                }
                assertThat(rope.length()).isEqualTo(expected.length());
            }
            assertThat(rope.toString()).as("seed %d", seed).isEqualTo(expected.toString());
            rope.delete(0, rope.length());
            assertThat(rope.toString()).isEmpty();
            rope.insert(0, "again");
            assertThat(rope.toString()).isEqualTo("again");
        }
    }

    @Test
    void listAgreesWithAnArrayList() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            ListRope<Integer> rope = new ListRope<>();
            List<Integer> expected = new ArrayList<>();
            for (int i = 0; i < 3000; i++) {
                int at = random.nextInt(expected.size() + 1);
                int kind = at == expected.size() ? 0 : random.nextInt(12);
                if (kind < 6) {
                    rope.add(at, i);
                    expected.add(at, i);
                } else if (kind < 8) {
                    assertThat(rope.remove(at)).isEqualTo(expected.remove(at));
                } else if (kind < 10) {
                    assertThat(rope.set(at, i)).isEqualTo(expected.set(at, i));
                } else if (kind < 11) {
                    List<Integer> more = List.of(i, i, i);
                    rope.addAll(at, more);
                    expected.addAll(at, more);
                } else {
                    int to = Math.min(expected.size(), at + random.nextInt(9));
                    rope.subList(at, to).clear();
                    expected.subList(at, to).clear();
                }
            }
            assertThat(rope).as("seed %d", seed).isEqualTo(expected);
            assertThat(rope.toArray()).isEqualTo(expected.toArray());
        }
    }

    @Test
    void refusesIndexesOutside() {
        TextRope rope = new TextRope();
        rope.insert(0, "abc");
        assertThatThrownBy(() -> rope.insert(4, "x")).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> rope.delete(2, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> rope.slice(-1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(rope.toString()).isEqualTo("abc");
    }

    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }
}
