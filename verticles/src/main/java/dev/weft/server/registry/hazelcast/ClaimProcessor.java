package dev.weft.server.registry.hazelcast;

import dev.weft.server.registry.Claim;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipRules;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

final class ClaimProcessor extends OwnershipProcessor<OwnershipEntry> {
    private Claim claim;

    ClaimProcessor() {}

    ClaimProcessor(Claim claim) {
        this.claim = claim;
    }

    @Override
    Ownership decide(Ownership present) {
        return OwnershipRules.afterClaim(present, claim);
    }

    @Override
    OwnershipEntry answer(Ownership before, Ownership after) {
        return OwnershipEntry.of(after);
    }

    @Override
    public int getClassId() {
        return RegistrySerialization.CLAIM;
    }

    @Override
    void writeFields(DataOutputStream out) throws IOException {
        out.writeUTF(claim.claimId());
        out.writeUTF(claim.nodeId());
        out.writeBoolean(claim.presumedDead() != null);
        if (claim.presumedDead() != null) {
            OwnershipEntry.write(out, claim.presumedDead());
        }
    }

    @Override
    void readFields(DataInputStream in, int version) throws IOException {
        claim = new Claim(in.readUTF(), in.readUTF(), in.readBoolean() ? OwnershipEntry.read(in) : null);
    }
}
