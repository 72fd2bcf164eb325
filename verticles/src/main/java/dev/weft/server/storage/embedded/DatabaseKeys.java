package dev.weft.server.storage.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.server.registry.DocumentKey;
import dev.weft.server.registry.DocumentKind;
import java.nio.ByteBuffer;

/**
 * The keys in the files.
 *
 * <pre>
 * documents   'a' or 'r', id in UTF-8        DocumentRecord
 * documents   0, name                        facts about the whole database
 * entries     number (8), position (8)       running totals (see EntryValue), blob or packed entries
 * snapshots   number (8)                     blob
 * </pre>
 *
 * A number stands for one life of a document: short keys, one contiguous range per document, and a document created
 * again after a deletion gets a new number, so it never meets the deletion marks of its former life. All integers are big-endian,
 * because RocksDB compares bytes.
 */
final class DatabaseKeys {
    static final byte[] FORMAT = fact("format");
    static final byte[] LAST_NUMBER = fact("last-number");

    private DatabaseKeys() {}

    static byte prefixOf(DocumentKind kind) {
        return (byte) (kind == DocumentKind.AWARE ? 'a' : 'r');
    }

    static byte[] document(DocumentKey key) {
        return document(key.kind(), key.id());
    }

    static byte[] document(DocumentKind kind, String id) {
        var utf8 = id.getBytes(UTF_8);
        return ByteBuffer.allocate(1 + utf8.length)
                .put(prefixOf(kind))
                .put(utf8)
                .array();
    }

    static DocumentKey documentOf(byte[] key) {
        var kind = key[0] == prefixOf(DocumentKind.AWARE) ? DocumentKind.AWARE : DocumentKind.RELAY;
        return new DocumentKey(kind, new String(key, 1, key.length - 1, UTF_8));
    }

    static byte[] entry(long number, long position) {
        return ByteBuffer.allocate(16).putLong(number).putLong(position).array();
    }

    static long numberOf(byte[] entryKey) {
        return ByteBuffer.wrap(entryKey).getLong(0);
    }

    static long positionOf(byte[] entryKey) {
        return ByteBuffer.wrap(entryKey).getLong(8);
    }

    static byte[] snapshot(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    static byte[] encode(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    static long decode(byte[] value) {
        return ByteBuffer.wrap(value).getLong();
    }

    private static byte[] fact(String name) {
        var utf8 = name.getBytes(UTF_8);
        return ByteBuffer.allocate(1 + utf8.length).put((byte) 0).put(utf8).array();
    }
}
