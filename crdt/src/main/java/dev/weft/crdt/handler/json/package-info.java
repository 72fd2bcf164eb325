/**
 * The default value codec: compact JSON, byte for byte as the Dart side writes it (spec crdt 14.1).
 *
 * <p>Read {@link dev.weft.crdt.handler.json.DartType} first: it is what an application hands to a generic handler. The
 * only package of this module that may import jackson-core; must not know any data type.
 */
package dev.weft.crdt.handler.json;
