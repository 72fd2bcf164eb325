package dev.weft.server.registry.hazelcast;

import com.hazelcast.query.Predicate;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;

/** Selects the entries of one node; runs on the members, so only its matches travel. */
final class OwnedBy extends VersionedPayload implements Predicate<String, OwnershipEntry> {
    private String nodeId;

    OwnedBy() {}

    OwnedBy(String nodeId) {
        this.nodeId = nodeId;
    }

    @Override
    public boolean apply(Map.Entry<String, OwnershipEntry> entry) {
        return entry.getValue().ownership().nodeId().equals(nodeId);
    }

    @Override
    public int getClassId() {
        return RegistrySerialization.OWNED_BY;
    }

    @Override
    void writeFields(DataOutputStream out) throws IOException {
        out.writeUTF(nodeId);
    }

    @Override
    void readFields(DataInputStream in, int version) throws IOException {
        nodeId = in.readUTF();
    }
}
