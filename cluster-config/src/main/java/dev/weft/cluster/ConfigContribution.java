package dev.weft.cluster;

import com.hazelcast.config.Config;

/**
 * What a module on the class path adds to the configuration of every member, such as the serialisers of the values it
 * keeps in a map. Found with {@link java.util.ServiceLoader}: forgetting to pass it on would show only once two nodes
 * meet. Whoever brings a Hazelcast of their own applies it to their configuration.
 */
public interface ConfigContribution {
    void addTo(Config config);
}
