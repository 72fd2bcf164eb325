package dev.weft.server.registry.hazelcast;

import dev.weft.cluster.Fenced;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.Ownership.State;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Objects;

/** The value of the registry's map. Immutable once read. */
final class OwnershipEntry extends VersionedPayload implements Fenced {
    private Ownership ownership;

    /** For deserialisation. */
    OwnershipEntry() {}

    OwnershipEntry(Ownership ownership) {
        this.ownership = ownership;
    }

    static OwnershipEntry of(Ownership ownership) {
        return ownership == null ? null : new OwnershipEntry(ownership);
    }

    static Ownership valueOf(OwnershipEntry entry) {
        return entry == null ? null : entry.ownership;
    }

    Ownership ownership() {
        return ownership;
    }

    @Override
    public long epoch() {
        return ownership.epoch();
    }

    @Override
    public String claimId() {
        return ownership.claimId();
    }

    @Override
    public int getClassId() {
        return RegistrySerialization.ENTRY;
    }

    @Override
    void writeFields(DataOutputStream out) throws IOException {
        write(out, ownership);
    }

    @Override
    void readFields(DataInputStream in, int version) throws IOException {
        ownership = read(in);
    }

    static void write(DataOutputStream out, Ownership ownership) throws IOException {
        out.writeUTF(ownership.nodeId());
        out.writeLong(ownership.epoch());
        out.writeUTF(ownership.claimId());
        out.writeByte(codeOf(ownership.state()));
        writeNullable(out, ownership.hint());
    }

    static Ownership read(DataInputStream in) throws IOException {
        return new Ownership(in.readUTF(), in.readLong(), in.readUTF(), stateOf(in.readByte()), readNullable(in));
    }

    // Not the ordinal: the order of an enum is easily changed by someone who does not know that it is on the wire.
    private static int codeOf(State state) {
        return switch (state) {
            case CLAIMING -> 1;
            case ACTIVE -> 2;
            case RELEASING -> 3;
        };
    }

    private static State stateOf(int code) throws IOException {
        return switch (code) {
            case 1 -> State.CLAIMING;
            case 2 -> State.ACTIVE;
            case 3 -> State.RELEASING;
            default -> throw new IOException("unknown state " + code + " of a registry entry");
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OwnershipEntry entry && Objects.equals(ownership, entry.ownership);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(ownership);
    }

    @Override
    public String toString() {
        return String.valueOf(ownership);
    }
}
