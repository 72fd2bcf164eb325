/**
 * Which node owns a document, and how that changes. Read {@link dev.weft.server.registry.OwnershipRegistry} first, then
 * {@link dev.weft.server.registry.OwnershipRules}, which every implementation applies, and {@link
 * dev.weft.server.registry.OwnershipProtocol}, which decides for one document on one node. The registry is a hint; the store,
 * which hands out epochs and refuses stale ones, is the judge. This package knows plain values and futures; the map
 * behind the registry is known only to its two implementations.
 */
package dev.weft.server.registry;
