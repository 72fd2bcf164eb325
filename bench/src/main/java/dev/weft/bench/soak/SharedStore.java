package dev.weft.bench.soak;

import dev.weft.server.storage.DocumentStore;
import dev.weft.server.storage.embedded.EmbeddedDocumentStore;
import dev.weft.server.storage.embedded.EmbeddedStoreOptions;
import io.vertx.core.Future;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One embedded store for all nodes of this JVM, which keeps what is stored out of the heap that is measured. Opened and
 * closed once, whatever the nodes do. Counts how often a document was taken by an owner. Thread-safe.
 */
final class SharedStore {
    private final EmbeddedDocumentStore store;
    private final AtomicLong claims = new AtomicLong();

    private SharedStore(EmbeddedDocumentStore store) {
        this.store = store;
    }

    static Future<SharedStore> open(Path folder) {
        EmbeddedDocumentStore store = new EmbeddedDocumentStore(EmbeddedStoreOptions.in(folder));
        return store.open().map(opened -> new SharedStore(store));
    }

    /** A proxy, because all but a few of the methods are passed on. */
    DocumentStore forNode() {
        return (DocumentStore) Proxy.newProxyInstance(
                DocumentStore.class.getClassLoader(),
                new Class<?>[] {DocumentStore.class},
                (self, method, arguments) -> answer(self, method, arguments));
    }

    private Object answer(Object self, Method method, Object[] arguments) throws Throwable {
        switch (method.getName()) {
            case "open":
            case "close":
                return Future.succeededFuture();
            case "isShared":
                return true;
            case "claim":
                claims.incrementAndGet();
                break;
            default:
                break;
        }
        if (method.isDefault()) {
            return InvocationHandler.invokeDefault(self, method, arguments);
        }
        try {
            return method.invoke(store, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    long claims() {
        return claims.get();
    }

    Future<Void> close() {
        return store.close();
    }
}
