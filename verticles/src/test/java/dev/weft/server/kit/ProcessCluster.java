package dev.weft.server.kit;

import dev.weft.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/** Several nodes over PostgreSQL, each a JVM of its own that can be killed. Used from the test's thread. */
public final class ProcessCluster implements AutoCloseable {
    private final List<ChildProcess> nodes = new ArrayList<>();

    public static ProcessCluster start(int count, String databaseUri) {
        ProcessCluster cluster = new ProcessCluster();
        String name = "test-" + UUID.randomUUID();
        String schema = "s" + UUID.randomUUID().toString().replace("-", "");
        List<Integer> hazelcast = FreePorts.inARow(count);
        String members = hazelcast.stream().map(String::valueOf).collect(Collectors.joining(","));
        try {
            for (int i = 0; i < count; i++) {
                cluster.startOne(
                        List.of(name, "node-" + i, String.valueOf(hazelcast.get(i)), members, schema, databaseUri));
            }
            return cluster;
        } catch (IOException e) {
            cluster.close();
            throw new UncheckedIOException(e);
        }
    }

    private void startOne(List<String> arguments) throws IOException {
        nodes.add(ChildProcess.start(NodeMain.class, List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"), arguments));
    }

    public int port(int index) {
        return nodes.get(index).port();
    }

    /** As {@code kill -9} does. */
    public void kill(int index) {
        nodes.get(index).close();
    }

    @Override
    public void close() {
        nodes.forEach(ChildProcess::close);
    }
}
