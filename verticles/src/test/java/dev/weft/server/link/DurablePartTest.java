package dev.weft.server.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.change.Change;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.kit.Author;
import org.junit.jupiter.api.Test;

class DurablePartTest {
    private final DurablePart part = new DurablePart();
    private final Author ann = new Author(1);
    private long delivered;

    @Test
    void whatIsDurableWhenItComesIsPartOfIt() {
        part.durable(1);
        Change first = deliver();
        assertThat(part.number()).isEqualTo(1);
        assertThat(part.covers(first.id())).isTrue();
    }

    @Test
    void whatIsToldAheadWaitsUntilTheMarkHasPassedIt() {
        Change first = deliver();
        Change second = deliver();
        assertThat(part.number()).isZero();

        part.durable(1);
        assertThat(part.number()).isEqualTo(1);
        assertThat(part.version())
                .isEqualTo(VersionVector.builder().update(first.id()).build());
        part.durable(5);
        assertThat(part.number()).as("what was delivered").isEqualTo(2);
        assertThat(part.covers(second.id())).isTrue();
    }

    @Test
    void whatWasLostIsNoPartOfItEvenIfItsNumberIsDurableLater() {
        deliver();
        part.forgetTheRest();
        part.durable(1);
        assertThat(part.version().isEmpty()).isTrue();
    }

    @Test
    void takesTheNewestTogetherWhenMuchIsToldAhead() {
        for (int i = 0; i < DurablePart.AHEAD_MAX + 3; i++) {
            deliver();
        }
        part.durable(DurablePart.AHEAD_MAX);
        assertThat(part.number()).isEqualTo(DurablePart.AHEAD_MAX - 1);
        part.durable(delivered);
        assertThat(part.number()).isEqualTo(delivered);
        assertThat(part.version()).isEqualTo(ann.holds());
    }

    private Change deliver() {
        Change change = ann.type('a');
        part.delivered(++delivered, VersionVector.builder().update(change.id()));
        return change;
    }
}
