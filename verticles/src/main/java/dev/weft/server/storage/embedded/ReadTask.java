package dev.weft.server.storage.embedded;

import dev.weft.server.registry.DocumentKey;
import org.rocksdb.RocksDBException;

/** A question to the files. It is asked after all writes that were accepted before it, on a reader thread. */
final class ReadTask<T> extends Task<T> {
    /** The question proper. */
    interface Question<T> {
        T ask(Database database, Database.View view) throws RocksDBException;
    }

    private final Question<T> question;

    ReadTask(DocumentKey key, Question<T> question) {
        super(key, 0);
        this.question = question;
    }

    T answer(Database database) throws RocksDBException {
        try (var view = database.view()) {
            return question.ask(database, view);
        }
    }
}
