/**
 * The binary primitives every format is built from: varints, strict UTF-8, lax WTF-8, length-prefixed blobs.
 *
 * <p>Read {@link dev.weft.crdt.codec.ByteReader} first: every decoder of this library goes through it, and it is the
 * place where untrusted lengths are checked before anything is allocated. Must not know any message or data type.
 */
package dev.weft.crdt.codec;
