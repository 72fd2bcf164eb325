/**
 * The contract every data type implements, and what the data types share: value codecs, references, type tags.
 *
 * <p>One package per data type below this one. Must not know any of them.
 */
package dev.weft.crdt.handler;
