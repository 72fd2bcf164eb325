package dev.weft.server.registry.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import dev.weft.cluster.ClusterOptions;
import dev.weft.cluster.HazelcastConfigFactory;
import dev.weft.server.registry.Claim;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.Ownership.State;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.AbstractMap.SimpleEntry;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RegistrySerializationTest {
    private static final Ownership MINE = Ownership.active("node-1", "claim-1", 1L << 40);
    private static final Ownership SIGNPOST = new Ownership("node-1", 3, "claim-1", State.RELEASING, "node-2");

    private final InternalSerializationService serialization = serialization();

    private static InternalSerializationService serialization() {
        Config config = new Config();
        new RegistrySerialization().addTo(config);
        return new DefaultSerializationServiceBuilder()
                .setConfig(config.getSerializationConfig())
                .build();
    }

    private <T> T copy(T object) {
        return serialization.toObject(serialization.toData(object));
    }

    @Test
    void everyMemberIsConfiguredForIt() {
        Config config = HazelcastConfigFactory.create(ClusterOptions.builder().build());
        assertThat(config.getSerializationConfig().getDataSerializableFactories())
                .containsKey(RegistrySerialization.FACTORY_ID);
    }

    @Test
    void entriesSurviveTheWire() {
        for (Ownership ownership : new Ownership[] {MINE, SIGNPOST, Ownership.claiming("n", "c")}) {
            assertThat(copy(new OwnershipEntry(ownership)).ownership()).isEqualTo(ownership);
        }
    }

    @Test
    void processorsDoTheSameAfterTheWire() {
        assertSame(
                new ClaimProcessor(Claim.of("c2", "node-2").presumingDead(MINE)),
                MINE,
                Ownership.claiming("node-2", "c2"));
        assertSame(new ClaimProcessor(Claim.of("c2", "node-2")), MINE, MINE);
        assertSame(
                new ActivateProcessor("c2", 9),
                Ownership.claiming("node-2", "c2"),
                Ownership.active("node-2", "c2", 9));
        assertSame(new ReleaseProcessor("claim-1", null), MINE, null);
        assertSame(new ReleaseProcessor("claim-1", "node-2"), Ownership.active("node-1", "claim-1", 3), SIGNPOST);
        assertSame(new ReassertProcessor(MINE), null, MINE);
    }

    private void assertSame(OwnershipProcessor<?> processor, Ownership before, Ownership after) {
        for (OwnershipProcessor<?> each : new OwnershipProcessor<?>[] {processor, copy(processor)}) {
            Map.Entry<String, OwnershipEntry> entry = new SimpleEntry<>("a/doc", OwnershipEntry.of(before));
            each.process(entry);
            assertThat(OwnershipEntry.valueOf(entry.getValue())).isEqualTo(after);
        }
    }

    /** What a later version may write: a higher version number and a field more. */
    private static final class LaterClaim extends VersionedPayload {
        @Override
        public int getClassId() {
            return RegistrySerialization.CLAIM;
        }

        @Override
        void writeFields(DataOutputStream out) throws IOException {
            out.writeUTF("c2");
            out.writeUTF("node-2");
            out.writeBoolean(false);
            out.writeUTF("a field of the future");
        }

        @Override
        void readFields(java.io.DataInputStream in, int version) {
            throw new AssertionError("read by today's class");
        }
    }

    @Test
    void fieldsAppendedByALaterVersionAreSkippedAlsoWithinAStream() throws IOException {
        var out = serialization.createObjectDataOutput();
        out.writeObject(new LaterClaim());
        out.writeObject(new OwnershipEntry(MINE));
        var in = serialization.createObjectDataInput(out.toByteArray());
        ClaimProcessor claim = in.readObject();
        OwnershipEntry next = in.readObject();
        assertThat(claim.decide(null)).isEqualTo(Ownership.claiming("node-2", "c2"));
        assertThat(next.ownership()).isEqualTo(MINE);
    }

    @Test
    void entriesAreRankedInAMergeAsInAReassertion() {
        Ownership[] all = {MINE, SIGNPOST, Ownership.claiming("n", "c"), Ownership.active("n", "d", 3)};
        for (Ownership one : all) {
            for (Ownership other : all) {
                assertThat(new OwnershipEntry(one).outranks(new OwnershipEntry(other)))
                        .isEqualTo(one.outranks(other));
            }
        }
    }

    @Test
    void anUnknownClassIsNamed() {
        assertThatThrownBy(() -> new RegistrySerialization().create(99))
                .isInstanceOf(HazelcastSerializationException.class)
                .hasMessageContaining("99");
    }

    @Test
    void loadsAreSummedAcrossMembers() {
        LoadCount one = new LoadCount();
        one.accumulate(new SimpleEntry<>("a/1", new OwnershipEntry(MINE)));
        LoadCount other = new LoadCount();
        other.accumulate(new SimpleEntry<>("a/2", new OwnershipEntry(MINE)));
        other.accumulate(new SimpleEntry<>("a/3", new OwnershipEntry(Ownership.claiming("node-2", "c"))));
        one.combine(copy(other));
        assertThat(one.aggregate()).isEqualTo(Map.of("node-1", 2, "node-2", 1));
    }

    @Test
    void keysAreReadableAndComeBack() {
        for (DocumentKey key : new DocumentKey[] {DocumentKey.aware("a/b"), DocumentKey.relay("")}) {
            assertThat(HazelcastOwnershipRegistry.keyOf(HazelcastOwnershipRegistry.nameOf(key)))
                    .isEqualTo(key);
        }
        assertThat(HazelcastOwnershipRegistry.nameOf(DocumentKey.relay("room"))).isEqualTo("r/room");
    }
}
