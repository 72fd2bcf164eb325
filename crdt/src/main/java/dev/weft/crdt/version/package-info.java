/**
 * What a replica has seen ({@link dev.weft.crdt.version.VersionVector}) and the newest changes nobody has built on
 * ({@link dev.weft.crdt.version.Frontiers}). Values only.
 */
package dev.weft.crdt.version;
