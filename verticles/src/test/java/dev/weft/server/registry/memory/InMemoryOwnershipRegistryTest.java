package dev.weft.server.registry.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.registry.Claim;
import dev.weft.server.registry.Ownership;
import dev.weft.server.registry.OwnershipRegistry;
import dev.weft.server.registry.OwnershipRegistryContract;
import dev.weft.server.registry.RegistryListener;
import dev.weft.server.registry.RegistryListener.Doubt;
import dev.weft.server.registry.RegistryUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InMemoryOwnershipRegistryTest extends OwnershipRegistryContract {
    private final InMemoryDirectory directory = new InMemoryDirectory();
    private final List<InMemoryOwnershipRegistry> nodes =
            List.of(directory.join("a"), directory.join("b"), directory.join("c"));

    @Override
    protected OwnershipRegistry node(int index) {
        return nodes.get(index);
    }

    @Test
    void whatADeadNodeOwnedIsGrantedToTheNext() {
        await(node(0).claim(key, Claim.of("c1", "a")));
        directory.leave("a");
        assertThat(await(node(1).claim(key, Claim.of("c2", "b")))).isEqualTo(Ownership.claiming("b", "c2"));
    }

    @Test
    void listenersHearOfMembersAndOfDoubtfulEntries() {
        List<String> heard = new ArrayList<>();
        node(1).listen(new RegistryListener() {
            @Override
            public void nodeJoined(String nodeId) {
                heard.add("joined " + nodeId);
            }

            @Override
            public void nodeLeft(String nodeId) {
                heard.add("left " + nodeId);
            }

            @Override
            public void entriesDoubtful(Doubt doubt) {
                heard.add("doubt " + doubt);
            }
        });
        directory.join("d");
        directory.leave("a");
        directory.replaceEntries(entries -> Map.of(), Doubt.COPIES_LOST);
        assertThat(heard).containsExactly("joined d", "left a", "doubt COPIES_LOST");
    }

    @Test
    void aClosedRegistrySaysSo() {
        OwnershipRegistry registry = InMemoryOwnershipRegistry.alone("a");
        await(registry.close());
        assertThat(registry.lookup(key).cause()).isInstanceOf(RegistryUnavailableException.class);
    }
}
