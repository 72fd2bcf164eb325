package dev.weft.server.kit;

import dev.weft.testkit.PostgresServer;
import org.junit.jupiter.api.Assumptions;

/** The database of tests, or their being skipped where there can be none. */
public final class TestDatabase {
    private TestDatabase() {}

    /** The one that tests share and do not stop. */
    public static String sharedUri() {
        Assumptions.assumeTrue(PostgresServer.isSharedAvailable(), "no PostgreSQL for this platform");
        return PostgresServer.sharedUri();
    }

    /** An empty one beside the shared one. */
    public static String fresh() {
        sharedUri();
        return PostgresServer.freshUri();
    }

    /** One that the caller may stop. */
    public static PostgresServer start() {
        Assumptions.assumeTrue(PostgresServer.isAvailable(), "no PostgreSQL for this platform");
        return PostgresServer.start();
    }
}
