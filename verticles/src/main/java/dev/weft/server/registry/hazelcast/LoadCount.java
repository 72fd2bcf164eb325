package dev.weft.server.registry.hazelcast;

import com.hazelcast.aggregation.Aggregator;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Counts entries by node, member by member, so that only the sums travel. */
final class LoadCount extends VersionedPayload
        implements Aggregator<Map.Entry<String, OwnershipEntry>, Map<String, Integer>> {
    private final Map<String, Integer> counts = new HashMap<>();

    @Override
    public void accumulate(Map.Entry<String, OwnershipEntry> entry) {
        counts.merge(entry.getValue().ownership().nodeId(), 1, Integer::sum);
    }

    @Override
    @SuppressWarnings("rawtypes") // Hazelcast's signature
    public void combine(Aggregator aggregator) {
        ((LoadCount) aggregator).counts.forEach((node, count) -> counts.merge(node, count, Integer::sum));
    }

    @Override
    public Map<String, Integer> aggregate() {
        return counts;
    }

    @Override
    public int getClassId() {
        return RegistrySerialization.LOAD_COUNT;
    }

    @Override
    void writeFields(DataOutputStream out) throws IOException {
        out.writeInt(counts.size());
        for (Map.Entry<String, Integer> count : counts.entrySet()) {
            out.writeUTF(count.getKey());
            out.writeInt(count.getValue());
        }
    }

    @Override
    void readFields(DataInputStream in, int version) throws IOException {
        int size = in.readInt();
        for (int i = 0; i < size; i++) {
            counts.put(in.readUTF(), in.readInt());
        }
    }
}
