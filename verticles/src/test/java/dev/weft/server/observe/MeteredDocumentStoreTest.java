package dev.weft.server.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.storage.DocumentStore;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MeteredDocumentStoreTest {
    /** Made of the others, page by page. */
    private static final Set<String> COMPOSED = Set.of("readAll", "readAllRuns");

    /** A default method that is not passed on hides what the store behind can do: packing, once. */
    @Test
    void passesOnEverythingAStoreCanDo() {
        List<String> passedOn = Arrays.stream(MeteredDocumentStore.class.getDeclaredMethods())
                .map(Method::getName)
                .toList();
        List<String> expected = Arrays.stream(DocumentStore.class.getDeclaredMethods())
                .filter(method -> !method.isSynthetic() && !COMPOSED.contains(method.getName()))
                .map(Method::getName)
                .toList();
        assertThat(passedOn).containsAll(expected);
    }
}
