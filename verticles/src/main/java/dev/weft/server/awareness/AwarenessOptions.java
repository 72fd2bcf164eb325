package dev.weft.server.awareness;

/**
 * The bounds of presence.
 *
 * @param throttleMillis at most one update per client goes out in this time; the last one always does
 * @param metadataBytesMax one client's metadata as JSON; more is dropped
 * @param clientsMax clients with presence in one document; more are not shown
 * @param confirmMillis after a change of owner, a client that no link speaks for within this time is gone
 * @param repeatMillis a gateway that was not told who is there asks again after this time
 * @param refreshMillis gateways compare what they know with the owner this often, because messages may be lost
 */
public record AwarenessOptions(
        int throttleMillis,
        int metadataBytesMax,
        int clientsMax,
        int confirmMillis,
        int repeatMillis,
        int refreshMillis) {
    public static final AwarenessOptions DEFAULT = new AwarenessOptions(50, 16 << 10, 5_000, 5_000, 500, 15_000);
}
