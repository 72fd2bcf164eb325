package dev.weft.server.registry.hazelcast;

import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipRules;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

final class ReassertProcessor extends OwnershipProcessor<OwnershipEntry> {
    private Ownership mine;

    ReassertProcessor() {}

    ReassertProcessor(Ownership mine) {
        this.mine = mine;
    }

    @Override
    Ownership decide(Ownership present) {
        return OwnershipRules.afterReassert(present, mine);
    }

    @Override
    OwnershipEntry answer(Ownership before, Ownership after) {
        return OwnershipEntry.of(after);
    }

    @Override
    public int getClassId() {
        return RegistrySerialization.REASSERT;
    }

    @Override
    void writeFields(DataOutputStream out) throws IOException {
        OwnershipEntry.write(out, mine);
    }

    @Override
    void readFields(DataInputStream in, int version) throws IOException {
        mine = OwnershipEntry.read(in);
    }
}
