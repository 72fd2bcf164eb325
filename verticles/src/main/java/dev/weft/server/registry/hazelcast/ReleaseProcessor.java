package dev.weft.server.registry.hazelcast;

import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipRules;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

final class ReleaseProcessor extends OwnershipProcessor<Boolean> {
    private String claimId;
    private String hint;

    ReleaseProcessor() {}

    ReleaseProcessor(String claimId, String hint) {
        this.claimId = claimId;
        this.hint = hint;
    }

    @Override
    Ownership decide(Ownership present) {
        return OwnershipRules.afterRelease(present, claimId, hint);
    }

    @Override
    Boolean answer(Ownership before, Ownership after) {
        return OwnershipRules.isReleased(before, claimId);
    }

    @Override
    public int getClassId() {
        return RegistrySerialization.RELEASE;
    }

    @Override
    void writeFields(DataOutputStream out) throws IOException {
        out.writeUTF(claimId);
        writeNullable(out, hint);
    }

    @Override
    void readFields(DataInputStream in, int version) throws IOException {
        claimId = in.readUTF();
        hint = readNullable(in);
    }
}
