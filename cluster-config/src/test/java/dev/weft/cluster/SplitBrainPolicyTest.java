package dev.weft.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.spi.merge.MergingValue;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

class SplitBrainPolicyTest {
    private final SplitBrainPolicy policy = new SplitBrainPolicy();

    record Entry(long epoch, String claimId) implements Fenced {}

    @Test
    void theHigherEpochStaysWhicheverSideItComesFrom() {
        Entry older = new Entry(4, "z");
        Entry newer = new Entry(5, "a");
        assertThat(merge(older, newer)).isEqualTo(newer);
        assertThat(merge(newer, older)).isEqualTo(newer);
    }

    @Test
    void equalEpochsAreDecidedAlikeOnBothSides() {
        Entry one = new Entry(4, "a");
        Entry other = new Entry(4, "b");
        assertThat(merge(one, other)).isEqualTo(merge(other, one));
    }

    @Test
    void anEntryKnownToOneSideStays() {
        Entry entry = new Entry(1, "a");
        assertThat(merge(entry, null)).isEqualTo(entry);
        assertThat(merge(null, entry)).isEqualTo(entry);
    }

    @Test
    void aForeignValueNeverReplacesAnOwner() {
        Entry entry = new Entry(1, "a");
        assertThat(merge("foreign", entry)).isEqualTo(entry);
        assertThat(merge(entry, "foreign")).isEqualTo(entry);
    }

    private Object merge(Object merging, Object existing) {
        return policy.merge(valueOf(merging), valueOf(existing));
    }

    @SuppressWarnings("unchecked")
    private static MergingValue<Object> valueOf(Object value) {
        if (value == null) {
            return null;
        }
        return (MergingValue<Object>) Proxy.newProxyInstance(
                MergingValue.class.getClassLoader(),
                new Class<?>[] {MergingValue.class},
                (proxy, method, args) -> value);
    }
}
