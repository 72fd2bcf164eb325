package dev.weft.server.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.crdt.clock.HybridTimestamp;
import dev.weft.crdt.codec.ByteWriter;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.id.PeerId;
import dev.weft.crdt.version.VersionVector;
import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every bus message, with random values in every component, so that a component added later cannot be forgotten. */
class BusCodecTest {
    private static final int REPEATS = 50;

    private final long seed = Long.getLong("seed", 11L);
    private final Random random = new Random(seed);

    static Stream<Class<?>> messages() {
        return Stream.of(OwnerMessage.class, LinkMessage.class)
                .flatMap(family -> Arrays.stream(family.getPermittedSubclasses()));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void readsBackWhatItWrote(Class<?> type) throws ReflectiveOperationException {
        for (int i = 0; i < REPEATS; i++) {
            BusMessage message = (BusMessage) randomRecord(type);
            assertThat(BusCodec.decode(BusCodec.encode(message)))
                    .as("seed %d", seed)
                    .usingRecursiveComparison()
                    .isEqualTo(message);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void ignoresWhatALaterVersionAddsAtTheEnd(Class<?> type) throws ReflectiveOperationException {
        BusMessage message = (BusMessage) randomRecord(type);
        byte[] bytes = BusCodec.encode(message);
        assertThat(BusCodec.decode(Arrays.copyOf(bytes, bytes.length + 3)))
                .usingRecursiveComparison()
                .isEqualTo(message);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void refusesWhatWasCutOff(Class<?> type) throws ReflectiveOperationException {
        BusMessage message = (BusMessage) randomRecord(type);
        byte[] bytes = BusCodec.encode(message);
        for (int length = 0; length < bytes.length; length++) {
            if (length == lengthInAnEarlierVersion(message)) {
                continue;
            }
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> BusCodec.decode(cut)).isInstanceOf(CrdtFormatException.class);
        }
    }

    private static int lengthInAnEarlierVersion(BusMessage message) {
        int length = BusCodec.encode(message).length;
        if (message instanceof OwnerMessage.Invite invite) {
            return withoutFields(invite).length;
        } else if (message instanceof LinkMessage.Broadcast broadcast) {
            return length - lengthOf(broadcast.durable());
        } else if (message instanceof LinkMessage.Heartbeat heartbeat) {
            return length - lengthOf(heartbeat.durable());
        } else if (message instanceof LinkMessage.State state) {
            int fork = state.fork() == null
                    ? 0
                    : lengthOf(state.fork().number())
                            + new ByteWriter(0)
                                    .writeBlob(state.fork().version().encode())
                                    .toByteArray()
                                    .length;
            return length - 1 - fork;
        }
        return -1;
    }

    private static int lengthOf(long number) {
        return new ByteWriter(0).writeUvarint(number).toByteArray().length;
    }

    /** Owners of an earlier version told of nothing that was not durable. */
    @Test
    void aBroadcastThatDoesNotSayHowFarTheLogIsDurableIsDurable() throws ReflectiveOperationException {
        LinkMessage.Broadcast sent = (LinkMessage.Broadcast) randomRecord(LinkMessage.Broadcast.class);
        byte[] bytes = Arrays.copyOf(BusCodec.encode(sent), lengthInAnEarlierVersion(sent));
        assertThat(((LinkMessage.Broadcast) BusCodec.decode(bytes)).durable()).isEqualTo(sent.number());
    }

    /** Nodes of an earlier version invite without saying more. */
    @Test
    void anInvitationThatSaysNothingMoreIsToTakeOverNow() throws ReflectiveOperationException {
        OwnerMessage.Invite invite = (OwnerMessage.Invite) randomRecord(OwnerMessage.Invite.class);
        assertThat(BusCodec.decode(withoutFields(invite)))
                .isEqualTo(new OwnerMessage.Invite(invite.key(), invite.from(), OwnerMessage.Invite.Step.NOW, null, 0));
    }

    private static byte[] withoutFields(OwnerMessage.Invite invite) {
        byte[] bytes = BusCodec.encode(new OwnerMessage.Detach(invite.key(), invite.from()));
        bytes[1] = BusCodec.encode(invite)[1];
        return bytes;
    }

    private Object randomRecord(Class<?> type) throws ReflectiveOperationException {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = randomValue(type, components[i]);
        }
        var constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        return constructor.newInstance(values);
    }

    private Object randomValue(Class<?> owner, RecordComponent component) throws ReflectiveOperationException {
        Class<?> type = component.getType();
        if (owner == OwnerMessage.Submit.class && component.getName().equals("trace")) {
            // Travels beside the message, in a header of the bus.
            return null;
        }
        if (type == long.class) {
            return random.nextLong() >>> (1 + random.nextInt(62));
        } else if (type == int.class) {
            return random.nextInt() >>> (1 + random.nextInt(30));
        } else if (type == boolean.class) {
            return random.nextBoolean();
        } else if (type == String.class) {
            return isNullable(owner, component) && random.nextInt(3) == 0 ? null : "t\u00e9xt-" + random.nextInt();
        } else if (type == byte[].class) {
            return isNullable(owner, component) && random.nextInt(3) == 0 ? null : randomBlob();
        } else if (type == DocumentKey.class) {
            DocumentKind[] kinds = DocumentKind.values();
            return new DocumentKey(kinds[random.nextInt(kinds.length)], "doc-" + random.nextInt());
        } else if (type == VersionVector.class) {
            return isNullable(owner, component) && random.nextInt(3) == 0 ? null : randomVector();
        } else if (type == List.class) {
            return randomList(component);
        } else if (type.isEnum()) {
            Object[] constants = type.getEnumConstants();
            return constants[random.nextInt(constants.length)];
        } else if (type == LinkMessage.Fork.class) {
            return random.nextBoolean() ? null : randomRecord(type);
        } else if (type.isRecord()) {
            return randomRecord(type);
        }
        throw new AssertionError("No random value for " + owner.getSimpleName() + "." + component.getName());
    }

    private static boolean isNullable(Class<?> owner, RecordComponent component) {
        return List.of("suspectNode", "since", "hint", "snapshot", "reason", "origin")
                        .contains(component.getName())
                && owner != LinkMessage.Refused.class
                && owner != OwnerMessage.Upload.class;
    }

    private List<Object> randomList(RecordComponent component) throws ReflectiveOperationException {
        String element = component.getGenericType().getTypeName();
        List<Object> values = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            if (element.contains("byte[]")) {
                values.add(randomBlob());
            } else if (element.contains("Entry")) {
                values.add(randomRecord(LinkMessage.Entry.class));
            } else if (element.contains("Result")) {
                values.add(randomRecord(LinkMessage.Result.class));
            } else {
                throw new AssertionError("No random elements for " + element);
            }
        }
        return values;
    }

    private byte[] randomBlob() {
        byte[] blob = new byte[random.nextInt(20)];
        random.nextBytes(blob);
        return blob;
    }

    private VersionVector randomVector() {
        VersionVector.Builder vector = VersionVector.builder();
        for (int i = random.nextInt(4); i > 0; i--) {
            PeerId peer = PeerId.of(new UUID(random.nextLong(), random.nextLong()));
            vector.update(peer, HybridTimestamp.of(random.nextInt(1 << 30), random.nextInt(1000)));
        }
        return vector.build();
    }
}
