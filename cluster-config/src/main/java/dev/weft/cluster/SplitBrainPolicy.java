package dev.weft.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.spi.merge.MergingValue;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;

/**
 * Higher epoch wins. The policies that come with Hazelcast decide by time of day, and its latest-update policy was
 * measured to keep the older write each time; the epoch was handed out by the store, which both halves share.
 */
public final class SplitBrainPolicy implements SplitBrainMergePolicy<Object, MergingValue<Object>, Object> {
    @Override
    public Object merge(MergingValue<Object> mergingValue, MergingValue<Object> existingValue) {
        Object merging = mergingValue == null ? null : mergingValue.getDeserializedValue();
        Object existing = existingValue == null ? null : existingValue.getDeserializedValue();
        if (!(merging instanceof Fenced theirs)) {
            return existing;
        }
        if (!(existing instanceof Fenced ours)) {
            return theirs;
        }
        return theirs.outranks(ours) ? theirs : ours;
    }

    @Override
    public void writeData(ObjectDataOutput out) {
        // No state: every member builds the same policy from the map's configuration.
    }

    @Override
    public void readData(ObjectDataInput in) {
        // No state.
    }
}
