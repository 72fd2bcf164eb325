package dev.weft.server.registry.hazelcast;

import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipRules;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

final class ActivateProcessor extends OwnershipProcessor<Boolean> {
    private String claimId;
    private long epoch;

    ActivateProcessor() {}

    ActivateProcessor(String claimId, long epoch) {
        this.claimId = claimId;
        this.epoch = epoch;
    }

    @Override
    Ownership decide(Ownership present) {
        return OwnershipRules.afterActivate(present, claimId, epoch);
    }

    @Override
    Boolean answer(Ownership before, Ownership after) {
        return OwnershipRules.isActivated(before, claimId);
    }

    @Override
    public int getClassId() {
        return RegistrySerialization.ACTIVATE;
    }

    @Override
    void writeFields(DataOutputStream out) throws IOException {
        out.writeUTF(claimId);
        out.writeLong(epoch);
    }

    @Override
    void readFields(DataInputStream in, int version) throws IOException {
        claimId = in.readUTF();
        epoch = in.readLong();
    }
}
