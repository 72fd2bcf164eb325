package dev.weft.crdt.handler.register;

import static dev.weft.crdt.handler.Replicas.A;
import static dev.weft.crdt.handler.Replicas.bytes;
import static dev.weft.crdt.handler.Replicas.payloads;
import static dev.weft.crdt.handler.Replicas.replica;
import static dev.weft.crdt.handler.Replicas.state;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.crdt.document.Document;
import dev.weft.crdt.document.Snapshot;
import dev.weft.crdt.handler.json.DartType;
import dev.weft.crdt.version.VersionVector;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RegisterHandlerTest {
    private final Document document = replica(A);
    private final RegisterHandler<Boolean> register = new RegisterHandler<>(document, "r", DartType.BOOL);

    @Test
    void writesTheBytesOfTheSpecification() {
        assertThat(state(document, "r")).isEqualTo("00");
        register.set(true);
        assertThat(payloads(document))
                .containsExactly("1943524454526567697374657248616e646c65723c626f6f6c3e0172000474727565");
        assertThat(state(document, "r")).isEqualTo("010474727565");
    }

    @Test
    void takesAnyFirstByteButZeroForSet() {
        assertThat(seeded("")).isNull();
        assertThat(seeded("00 04 74727565")).isNull();
        assertThat(seeded("07 04 74727565")).isTrue();
    }

    private Boolean seeded(String hex) {
        document.importSnapshot(Snapshot.of(VersionVector.EMPTY, Map.of("r", bytes(hex))), true);
        return register.value();
    }

    @Test
    void keepsOnlyTheLastWriteOfATransaction() {
        document.runInTransaction(() -> {
            register.set(true);
            register.set(false);
        });
        assertThat(document.exportChanges()).hasSize(1);
        assertThat(register.value()).isFalse();
    }

    @Test
    void cannotTellNullFromUnset() {
        RegisterHandler<String> nullable = new RegisterHandler<>(document, "n", DartType.nullableString());
        nullable.set("x");
        nullable.set(null);
        assertThat(nullable.value()).isNull();
        assertThat(state(document, "n")).isEqualTo("00");
    }
}
