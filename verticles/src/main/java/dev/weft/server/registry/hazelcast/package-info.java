/**
 * The registry on a Hazelcast map. Read {@link dev.weft.server.registry.hazelcast.HazelcastOwnershipRegistry} first. Entries
 * change only through the entry processors here, which are named, repeatable, and understood by the version before and
 * after.
 */
package dev.weft.server.registry.hazelcast;
