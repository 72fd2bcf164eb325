package dev.weft.crdt.handler.set;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.handler.Replicas;
import dev.weft.crdt.id.OperationId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObservedRemoveTest {
    private final ObservedRemove<String, String> state = new ObservedRemove<>();

    private static OperationId tag(long clock) {
        return new OperationId(Replicas.A, clock);
    }

    private List<String> live() {
        List<String> values = new ArrayList<>();
        state.forEachLive((key, value) -> values.add(key + "=" + value));
        return values;
    }

    // Pruning strips dependencies, so a removal can get ahead of the add it removes.
    @Test
    void remembersTagsThatAreRemovedBeforeTheyAreAdded() {
        state.remove("k", List.of(tag(1)), true);
        state.add("k", "v", tag(1));
        assertThat(state.contains("k")).isFalse();
        state.add("k", "w", tag(2));
        assertThat(live()).containsExactly("k=w");
    }

    @Test
    void showsTheValueOfTheGreatestTagThatIsLeft() {
        state.add("k", "b", tag(2));
        state.add("k", "c", tag(3));
        state.add("k", "a", tag(1));
        assertThat(state.get("k")).isEqualTo("c");
        state.remove("k", List.of(tag(3)), true);
        assertThat(state.get("k")).isEqualTo("b");
        state.remove("k", List.of(tag(2), tag(1)), true);
        assertThat(state.contains("k")).isFalse();
    }

    @Test
    void removesTagsOnlyUnderTheNamedKey() {
        state.add("k", "v", tag(1));
        state.remove("other", List.of(tag(1)), true);
        assertThat(live()).containsExactly("k=v");
    }

    @Test
    void dropsWhatWasSeededOnAnAddOrARemovalThatSaysSo() {
        state.seed("k", "v");
        state.remove("k", List.of(), false);
        assertThat(state.contains("k")).isTrue();
        state.add("k", "w", tag(1));
        state.remove("k", List.of(tag(1)), false);
        assertThat(state.contains("k")).isFalse();
        state.seed("j", "v");
        state.remove("j", List.of(tag(9)), true);
        assertThat(state.size()).isZero();
    }
}
