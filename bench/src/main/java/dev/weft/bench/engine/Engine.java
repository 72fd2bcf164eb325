package dev.weft.bench.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/** The least a store needs of an engine. */
interface Engine extends AutoCloseable {
    /** One blob and its place. */
    record Entry(long number, long position, byte[] blob) {
        byte[] key() {
            return ByteBuffer.allocate(16).putLong(number).putLong(position).array();
        }
    }

    void open(Path folder) throws IOException;

    /** Writes the entries and a record for each document they belong to; durable when it returns. */
    void commit(List<Entry> entries, Collection<Long> numbers, byte[] document);

    /** Reads all entries of a document in order; returns how many there are. */
    int scan(long number);

    @Override
    void close();
}
