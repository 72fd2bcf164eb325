package dev.weft.server.registry.hazelcast;

import com.hazelcast.config.Config;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import dev.weft.cluster.ConfigContribution;

/**
 * Numbers the registry's classes for the wire between members. Numbers are never given to another class: nodes of two
 * versions meet during an upgrade.
 */
public final class RegistrySerialization implements ConfigContribution, DataSerializableFactory {
    static final int FACTORY_ID = 0x5745;
    static final int ENTRY = 1;
    static final int CLAIM = 2;
    static final int ACTIVATE = 3;
    static final int RELEASE = 4;
    static final int REASSERT = 5;
    static final int OWNED_BY = 6;
    static final int LOAD_COUNT = 7;

    @Override
    public void addTo(Config config) {
        config.getSerializationConfig().addDataSerializableFactory(FACTORY_ID, this);
    }

    @Override
    public IdentifiedDataSerializable create(int classId) {
        return switch (classId) {
            case ENTRY -> new OwnershipEntry();
            case CLAIM -> new ClaimProcessor();
            case ACTIVATE -> new ActivateProcessor();
            case RELEASE -> new ReleaseProcessor();
            case REASSERT -> new ReassertProcessor();
            case OWNED_BY -> new OwnedBy();
            case LOAD_COUNT -> new LoadCount();
            default ->
                throw new HazelcastSerializationException("class " + classId
                        + " of the ownership registry is unknown here; is a newer node in the cluster?");
        };
    }
}
