package dev.weft.crdt.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.id.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random operations, sensible and absurd, give what the naive tree gives. Replay one seed with {@code -Dseed=…}. */
class FugueTreePropertyTest {
    private static final int SEEDS = Integer.getInteger("weft.seeds", 500);

    @Test
    void agreesWithTheNaiveTreeOnAnyOperations() {
        forEachSeed(seed -> new Scenario(seed, 0.5).run(60));
    }

    @Test
    void agreesWithTheNaiveTreeOnOperationsOfEditors() {
        forEachSeed(seed -> new Scenario(seed, 0.0).run(60));
    }

    @Test
    void agreesWithTheNaiveTreeInLongSessions() {
        Long only = Long.getLong("seed");
        for (long seed = 0; seed < 6; seed++) {
            new Scenario(only == null ? seed : only, seed % 2 == 0 ? 0.02 : 0.3).run(1500);
        }
    }

    private interface Body {
        void run(long seed);
    }

    private static void forEachSeed(Body body) {
        Long only = Long.getLong("seed");
        if (only != null) {
            body.run(only);
            return;
        }
        for (long seed = 0; seed < SEEDS; seed++) {
            try {
                body.run(seed);
            } catch (Throwable e) {
                throw new AssertionError("Failed with -Dseed=" + seed, e);
            }
        }
    }

    private static final class Scenario {
        private final Random random;
        private final double absurdity;
        private final FugueText tree = new FugueText();
        private final NaiveFugueTree naive = new NaiveFugueTree();
        private final List<ElementId> known = new ArrayList<>();
        private final Map<PeerId, Long> counters = new HashMap<>();
        private final PeerId[] peers = {peer(3), peer(1), peer(2)};
        private int caret;

        Scenario(long seed, double absurdity) {
            this.random = new Random(seed);
            this.absurdity = absurdity;
        }

        void run(int operations) {
            for (int i = 0; i < operations; i++) {
                step();
                assertThat(tree.text()).isEqualTo(naive.text());
                if (i % 16 == 0 || operations < 100 && i % 4 == 0) {
                    compareEverything();
                }
            }
            compareEverything();
        }

        private void step() {
            double kind = random.nextDouble();
            if (random.nextDouble() < absurdity) {
                if (kind < 0.6) {
                    insert(anyId(), anyId(), peers[random.nextInt(3)], length());
                } else if (kind < 0.8) {
                    update(anyId(), random.nextInt(8) == 0 ? anyElement() : fresh(peers[random.nextInt(3)]));
                } else {
                    ElementId first = anyElement();
                    delete(first, length());
                }
            } else if (kind < 0.65 || tree.size() == 0) {
                editorInsert();
            } else if (kind < 0.72) {
                update(tree.idAt(random.nextInt(tree.size())), fresh(peers[random.nextInt(3)]));
            } else {
                editorDelete();
            }
        }

        private void editorInsert() {
            if (random.nextInt(4) == 0) {
                caret = random.nextInt(tree.size() + 1);
            }
            caret = Math.min(caret, tree.size());
            ElementId left = tree.idAt(caret - 1);
            ElementId right = tree.next(left);
            if (random.nextInt(6) == 0 && !known.isEmpty()) {
                // As a peer would who has not seen what stands between the two.
                right = anyElement();
            }
            int length = length();
            insert(left, right, peers[random.nextInt(10) / 9], length);
            caret += length;
        }

        private void editorDelete() {
            if (random.nextBoolean()) {
                caret = random.nextInt(tree.size());
            }
            int from = Math.max(0, Math.min(caret, tree.size() - 1) - random.nextInt(2));
            int count = Math.min(length(), tree.size() - from);
            List<ElementRange> ranges = new ArrayList<>();
            tree.forEachRange(from, count, (peer, first, n) -> ranges.add(new ElementRange(peer, first, n)));
            ranges.forEach(range -> delete(range.firstId(), range.count()));
            caret = from;
        }

        private int length() {
            return random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 1;
        }

        private void insert(ElementId left, ElementId right, PeerId peer, int count) {
            long first = counters.getOrDefault(peer, 0L);
            if (random.nextInt(12) == 0) {
                first += random.nextInt(3);
            } else if (random.nextDouble() < absurdity / 4) {
                first = Math.max(0, first - 1 - random.nextInt(4));
            }
            StringBuilder text = new StringBuilder();
            ElementId before = left;
            for (int i = 0; i < count; i++) {
                ElementId id = new ElementId(peer, first + i);
                text.append((char) ('a' + random.nextInt(26)));
                naive.insert(id, text.substring(i), before, right);
                known.add(id);
                before = id;
            }
            tree.insert(left, right, new ElementRange(peer, first, count), "-" + text, 1);
            counters.merge(peer, first + count, Math::max);
        }

        private void update(ElementId target, ElementId newId) {
            String value = String.valueOf((char) ('A' + random.nextInt(26)));
            naive.update(target, newId, value);
            tree.update(target, newId, value, 0);
            if (tree.contains(newId)) {
                known.add(newId);
            }
        }

        private void delete(ElementId first, int count) {
            for (int i = 0; i < count; i++) {
                naive.delete(new ElementId(first.peer(), first.counter() + i));
            }
            tree.delete(first.peer(), first.counter(), count);
        }

        private ElementId fresh(PeerId peer) {
            long counter = counters.getOrDefault(peer, 0L);
            counters.put(peer, counter + 1);
            return new ElementId(peer, counter);
        }

        private ElementId anyId() {
            return random.nextInt(6) == 0 ? ElementId.NULL : anyElement();
        }

        private ElementId anyElement() {
            if (known.isEmpty() || random.nextInt(8) == 0) {
                return new ElementId(peers[random.nextInt(3)], 1000 + random.nextInt(3));
            }
            return known.get(random.nextInt(known.size()));
        }

        private void compareEverything() {
            List<ElementId> structure = naive.structure();
            List<ElementId> walked = new ArrayList<>();
            for (ElementId id = tree.next(ElementId.NULL); !id.isNull(); id = tree.next(id)) {
                walked.add(id);
            }
            assertThat(walked).isEqualTo(structure);
            assertThat(tree.elementCount()).isEqualTo(structure.size());
            int index = 0;
            for (ElementId id : structure) {
                assertThat(tree.isLive(id)).isEqualTo(naive.isLive(id));
                assertThat(tree.indexOf(id)).isEqualTo(index);
                if (naive.isLive(id)) {
                    assertThat(tree.idAt(index)).isEqualTo(id);
                    index++;
                }
                assertThat(tree.indexOfStablePosition(id)).isEqualTo(index);
            }
            assertThat(tree.size()).isEqualTo(index);
            assertThat(tree.idAt(index)).isEqualTo(ElementId.NULL);
            assertThat(tree.indexOf(new ElementId(peers[0], 5000))).isEqualTo(-1);
        }
    }

    static PeerId peer(int number) {
        return new PeerId(number, 0x8000000000000000L);
    }
}
